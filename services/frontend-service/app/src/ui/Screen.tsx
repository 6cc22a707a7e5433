import { Group, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Screen.module.css";

interface Props {
    title: string;
    /** One sentence: what this is, or whose turn. */
    about?: ReactNode;
    /** What one can do now, the next move first. */
    moves?: ReactNode;
    /** Tables take the full width; what is read, at most 1,200 px. */
    wide?: boolean;
    children: ReactNode;
}

/** One screen: its name stands above it and in the window, and gets the focus after a move. */
export function Screen({ title, about, moves, wide = false, children }: Props) {
    const { t } = useTranslation();
    const heading = useRef<HTMLHeadingElement>(null);
    useEffect(() => {
        document.title = `${title} · ${t("app.name")}`;
    }, [title, t]);
    useEffect(() => {
        if (hasMoved()) {
            heading.current?.focus({ preventScroll: true });
        }
    }, []);
    return (
        <div className={wide ? classes.wide : classes.screen}>
            <Group justify="space-between" align="flex-start" mb="lg" gap="md">
                <div>
                    <Title order={1} tabIndex={-1} ref={heading}>
                        {title}
                    </Title>
                    {about !== undefined && (
                        <Text c="dimmed" mt={4}>
                            {about}
                        </Text>
                    )}
                </div>
                {moves !== undefined && <Group gap="xs">{moves}</Group>}
            </Group>
            {children}
        </div>
    );
}

let first = true;

/** Whether this is not the page's first screen, which the browser itself reads out. */
function hasMoved(): boolean {
    const moved = !first;
    first = false;
    return moved;
}
