import { Anchor, Group, Paper, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { isLanguage, LANGUAGES, speak } from "../i18n/languages.ts";
import { Brand } from "./Brand.tsx";
import classes from "./Doorway.module.css";
import { OfflineBanner } from "./OfflineBanner.tsx";

/** A screen before one is signed in: one card, and the language to read it in. */
export function Doorway({
    title,
    about,
    children,
}: {
    title: string;
    about?: string;
    children: ReactNode;
}) {
    const { t, i18n } = useTranslation();
    useEffect(() => {
        document.title = `${title} · ${t("app.name")}`;
    }, [title, t]);
    return (
        <div className={classes.doorway}>
            <header className={classes.head}>
                <Brand />
                <Group component="nav" aria-label={t("preferences.language")} gap="md">
                    {Object.keys(LANGUAGES)
                        .filter(isLanguage)
                        .filter((language) => language !== i18n.language)
                        .map((language) => (
                            <Anchor
                                key={language}
                                component="button"
                                type="button"
                                lang={language}
                                onClick={() => void speak(language)}
                            >
                                {LANGUAGES[language].name}
                            </Anchor>
                        ))}
                </Group>
            </header>
            <main className={classes.main}>
                <Paper withBorder p={{ base: "lg", sm: "xl" }} w="100%" maw={420} radius="lg">
                    <Title order={1}>{title}</Title>
                    {about !== undefined && (
                        <Text c="dimmed" mt={4}>
                            {about}
                        </Text>
                    )}
                    {children}
                </Paper>
            </main>
            <OfflineBanner />
        </div>
    );
}
