import { AppShell, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Person } from "../api/people.ts";
import { BottomBar } from "./BottomBar.tsx";
import { Brand } from "./Brand.tsx";
import { NavigationLink } from "./NavigationLink.tsx";
import { destinations } from "./navigation.ts";
import { OfflineBanner } from "./OfflineBanner.tsx";
import { PaletteButton } from "./Palette.tsx";
import { PersonMenu } from "./PersonMenu.tsx";
import { CONTENT, SkipLink } from "./SkipLink.tsx";

interface Props {
    person: Person;
    onSignOut: () => void;
    children: ReactNode;
}

/** The frame around every screen of who is signed in. */
export function Shell({ person, onSignOut, children }: Props) {
    const { t } = useTranslation();
    const work = destinations(person, "work");
    const admin = destinations(person, "admin");
    return (
        <AppShell
            header={{ height: 56 }}
            navbar={{ width: 240, breakpoint: "sm", collapsed: { mobile: true } }}
            footer={{ height: { base: 64, sm: 0 } }}
            padding={{ base: "md", sm: "lg" }}
        >
            <SkipLink />
            <AppShell.Header>
                <Group h="100%" px="md" justify="space-between" wrap="nowrap">
                    <Brand />
                    <PaletteButton />
                    <PersonMenu person={person} onSignOut={onSignOut} />
                </Group>
            </AppShell.Header>
            <AppShell.Navbar p="xs" visibleFrom="sm" aria-label={t("frame.navigation")}>
                <AppShell.Section grow>
                    {work.map((screen) => (
                        <NavigationLink key={screen.to} screen={screen} />
                    ))}
                    {admin.length > 0 && (
                        <Text size="xs" fw={600} c="dimmed" px="sm" pt="md" pb={4}>
                            {t("frame.admin")}
                        </Text>
                    )}
                    {admin.map((screen) => (
                        <NavigationLink key={screen.to} screen={screen} />
                    ))}
                </AppShell.Section>
                <AppShell.Section>
                    {destinations(person, "own").map((screen) => (
                        <NavigationLink key={screen.to} screen={screen} />
                    ))}
                </AppShell.Section>
            </AppShell.Navbar>
            <AppShell.Main id={CONTENT} tabIndex={-1}>
                {children}
            </AppShell.Main>
            <AppShell.Footer hiddenFrom="sm">
                <BottomBar person={person} />
            </AppShell.Footer>
            <OfflineBanner />
        </AppShell>
    );
}
