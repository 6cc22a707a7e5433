import { Drawer, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDots } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Person } from "../api/people.ts";
import classes from "./BottomBar.module.css";
import { NavigationLink } from "./NavigationLink.tsx";
import { destinations } from "./navigation.ts";

const MOST = 5;

/** The navigation of a phone: at most five, at the thumb. */
export function BottomBar({ person }: { person: Person }) {
    const { t } = useTranslation();
    const [open, { open: show, close }] = useDisclosure(false);
    const all = destinations(person);
    const shown = all.slice(0, all.length > MOST ? MOST - 1 : MOST);
    const rest = all.slice(shown.length);
    return (
        <nav className={classes.bar} aria-label={t("frame.navigation")}>
            {shown.map((screen) => (
                <Link
                    key={screen.to}
                    to={screen.to}
                    className={classes.item ?? ""}
                    activeOptions={{ exact: screen.to === "/", includeSearch: false }}
                >
                    <screen.icon size={22} stroke={1.6} aria-hidden />
                    <span className={classes.word}>{t(`screen.short.${screen.name}`)}</span>
                </Link>
            ))}
            {rest.length > 0 && (
                <UnstyledButton
                    className={classes.item ?? ""}
                    onClick={show}
                    aria-haspopup="dialog"
                >
                    <IconDots size={22} stroke={1.6} aria-hidden />
                    <span className={classes.word}>{t("frame.more")}</span>
                </UnstyledButton>
            )}
            <Drawer
                opened={open}
                onClose={close}
                position="bottom"
                size="auto"
                title={t("frame.more")}
                closeButtonProps={{ "aria-label": t("frame.close") }}
            >
                <nav aria-label={t("frame.more")}>
                    {rest.map((screen) => (
                        <NavigationLink key={screen.to} screen={screen} onClick={close} />
                    ))}
                </nav>
            </Drawer>
        </nav>
    );
}
