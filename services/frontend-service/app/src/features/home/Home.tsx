import { Paper, SimpleGrid, Text } from "@mantine/core";
import { IconShieldPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Person } from "../../api/people.ts";
import { factors } from "../../api/session.ts";
import { destinations } from "../../ui/navigation.ts";
import { Screen } from "../../ui/Screen.tsx";
import classes from "./Home.module.css";

/** What waits for me; then where I can go. */
export function Home({ person }: { person: Person }) {
    const { t } = useTranslation();
    const known = useQuery({ queryKey: ["factors"], queryFn: factors });
    const unprotected = known.data !== undefined && !known.data.some(({ type }) => type === "totp");
    const others = destinations(person).filter((each) => each.to !== "/");
    return (
        <Screen
            title={t("home.title", { name: person.name })}
            about={t(`role.about.${person.role}`)}
        >
            {unprotected && (
                <section aria-labelledby="waiting" className={classes.section}>
                    <Text id="waiting" component="h2" size="sm" fw={600} c="dimmed">
                        {t("home.waiting")}
                    </Text>
                    <Link to="/security" className={classes.card ?? ""}>
                        <Paper withBorder p="md" className={classes.paper ?? ""}>
                            <IconShieldPlus
                                size={24}
                                stroke={1.6}
                                aria-hidden
                                color="var(--hd-accent)"
                            />
                            <div>
                                <Text fw={600}>{t("home.protect")}</Text>
                                <Text size="sm" c="dimmed">
                                    {t("home.protectAbout")}
                                </Text>
                            </div>
                        </Paper>
                    </Link>
                </section>
            )}
            <section aria-labelledby="places" className={classes.section}>
                <Text id="places" component="h2" size="sm" fw={600} c="dimmed">
                    {t("home.places")}
                </Text>
                <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm">
                    {others.map(({ to, name, icon: Icon }) => (
                        <Link key={to} to={to} className={classes.card ?? ""}>
                            <Paper withBorder p="md" h="100%" className={classes.paper ?? ""}>
                                <Icon size={24} stroke={1.6} aria-hidden color="var(--hd-quiet)" />
                                <div>
                                    <Text fw={600}>{t(`screen.${name}`)}</Text>
                                    <Text size="sm" c="dimmed">
                                        {t(`screen.about.${name}`)}
                                    </Text>
                                </div>
                            </Paper>
                        </Link>
                    ))}
                </SimpleGrid>
            </section>
        </Screen>
    );
}
