import { Anchor, Button, Code, CopyButton, Group, Stack, Text, Title } from "@mantine/core";
import { IconCheck, IconCopy, IconRefresh } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Problem, Unreachable } from "../api/client.ts";
import classes from "./ErrorScreen.module.css";

type Kind = "missing" | "forbidden" | "away" | "unreachable" | "unexpected";

/** What happened, whether anything was lost, and what to do; with the number that the logs know. */
export function ErrorScreen({ error, again }: { error: unknown; again?: () => void }) {
    const { t } = useTranslation();
    const kind = kindOf(error);
    const heading = useRef<HTMLHeadingElement>(null);
    useEffect(() => {
        document.title = `${t(`error.${kind}.title`)} · ${t("app.name")}`;
        heading.current?.focus();
    }, [kind, t]);
    return (
        <Stack className={classes.error ?? ""} gap="md" role="alert">
            <Title order={1} ref={heading} tabIndex={-1}>
                {t(`error.${kind}.title`)}
            </Title>
            <Text>{t(`error.${kind}.remedy`)}</Text>
            <Group>
                {again && kind !== "missing" && kind !== "forbidden" && (
                    <Button onClick={again} leftSection={<IconRefresh size={18} aria-hidden />}>
                        {t("error.again")}
                    </Button>
                )}
                <Anchor renderRoot={(props) => <Link to="/" {...props} />}>
                    {t("error.home")}
                </Anchor>
                {(kind === "away" || kind === "unreachable") && (
                    <Anchor renderRoot={(props) => <Link to="/state" {...props} />}>
                        {t("error.state")}
                    </Anchor>
                )}
            </Group>
            {error instanceof Problem && error.requestId && <RequestId id={error.requestId} />}
        </Stack>
    );
}

function RequestId({ id }: { id: string }) {
    const { t } = useTranslation();
    return (
        <Group gap="xs">
            <Text size="sm" c="dimmed">
                {t("error.requestId")}
            </Text>
            <Code dir="ltr" className={classes.id ?? ""}>
                {id}
            </Code>
            <CopyButton value={id}>
                {({ copied, copy }) => (
                    <Button
                        size="compact-sm"
                        variant="subtle"
                        onClick={copy}
                        leftSection={
                            copied ? (
                                <IconCheck size={16} aria-hidden />
                            ) : (
                                <IconCopy size={16} aria-hidden />
                            )
                        }
                    >
                        {copied ? t("error.copied") : t("error.copy")}
                    </Button>
                )}
            </CopyButton>
        </Group>
    );
}

function kindOf(error: unknown): Kind {
    if (error instanceof Unreachable) {
        return "unreachable";
    }
    if (!(error instanceof Problem)) {
        return "unexpected";
    }
    switch (error.status) {
        case 404:
            return "missing";
        case 403:
            return "forbidden";
        case 429:
        case 502:
        case 503:
        case 504:
            return "away";
        default:
            return "unexpected";
    }
}
