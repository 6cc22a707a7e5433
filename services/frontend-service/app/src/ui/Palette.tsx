import { Group, Kbd, Text, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { Spotlight, type SpotlightActionData, spotlight } from "@mantine/spotlight";
import {
    IconLanguage,
    IconLogout,
    IconMoon,
    IconSearch,
    IconSun,
    IconUser,
} from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Person, peopleQuery } from "../api/people.ts";
import { isLanguage, LANGUAGES, speak } from "../i18n/languages.ts";
import { destinations } from "./navigation.ts";
import classes from "./Palette.module.css";

/** Opens the palette; where there is room, it looks like the search that it is. */
export function PaletteButton() {
    const { t } = useTranslation();
    return (
        <UnstyledButton className={classes.button ?? ""} onClick={spotlight.open}>
            <IconSearch size={18} aria-hidden />
            <Text span size="sm" className={classes.word ?? ""}>
                {t("palette.open")}
            </Text>
            <Kbd size="xs" className={classes.keys ?? ""} dir="ltr">
                Ctrl K
            </Kbd>
        </UnstyledButton>
    );
}

/** Everything one can go to or do, by its name: Ctrl-K. */
export function Palette({ person, onSignOut }: { person: Person; onSignOut: () => void }) {
    const { t } = useTranslation();
    const [words, setWords] = useState("");
    return (
        <Spotlight
            actions={[
                { group: t("palette.screens"), actions: useScreens(person) },
                { group: t("palette.people"), actions: usePeople(person, words) },
                { group: t("palette.commands"), actions: useCommands(onSignOut) },
            ]}
            shortcut="mod + K"
            query={words}
            onQueryChange={setWords}
            nothingFound={t("palette.nothing")}
            highlightQuery
            attributes={{ content: { "aria-label": t("palette.open") } }}
            limit={12}
            scrollable
            searchProps={{
                "aria-label": t("palette.open"),
                leftSection: <IconSearch size={20} aria-hidden />,
                placeholder: t("palette.hint"),
            }}
        />
    );
}

function useScreens(person: Person): SpotlightActionData[] {
    const { t } = useTranslation();
    const navigate = useNavigate();
    return destinations(person).map(({ to, name, icon: Icon, keys }) => ({
        id: to,
        label: t(`screen.${name}`),
        leftSection: <Icon size={20} stroke={1.6} aria-hidden />,
        rightSection: (
            <Group gap={4} dir="ltr" aria-hidden>
                <Kbd size="xs">g</Kbd>
                <Kbd size="xs">{keys}</Kbd>
            </Group>
        ),
        onClick: () => void navigate({ to }),
    }));
}

function usePeople(person: Person, words: string): SpotlightActionData[] {
    const { t } = useTranslation();
    const navigate = useNavigate();
    const search = useDeferredValue(words.trim());
    const found = useInfiniteQuery({
        ...peopleQuery({ search }),
        enabled: person.role === "admin" && search.length > 1,
    });
    useEffect(() => {
        if (found.data) {
            selectFirst();
        }
    }, [found.data]);
    return (found.data?.pages[0]?.results ?? []).slice(0, 5).map((each) => ({
        id: `person-${each.id}`,
        label: each.name,
        description: `${each.employee_code} · ${t(`role.${each.role}`)}`,
        leftSection: <IconUser size={20} stroke={1.6} aria-hidden />,
        onClick: () => void navigate({ to: "/people/$id", params: { id: String(each.id) } }),
    }));
}

/** Spotlight selects when one types; what arrives later would be chosen by no Enter. */
function selectFirst(): void {
    if (!document.querySelector("[data-action][data-selected]")) {
        document.querySelector("[data-action]")?.setAttribute("data-selected", "true");
    }
}

function useCommands(onSignOut: () => void): SpotlightActionData[] {
    const { t, i18n } = useTranslation();
    const { setColorScheme } = useMantineColorScheme();
    const languages = Object.keys(LANGUAGES).filter(isLanguage);
    return [
        ...languages
            .filter((language) => language !== i18n.language)
            .map((language) => ({
                id: language,
                label: LANGUAGES[language].name,
                description: t("preferences.language"),
                leftSection: <IconLanguage size={20} stroke={1.6} aria-hidden />,
                onClick: () => void speak(language),
            })),
        {
            id: "light",
            label: t("colours.light"),
            leftSection: <IconSun size={20} stroke={1.6} aria-hidden />,
            onClick: () => setColorScheme("light"),
        },
        {
            id: "dark",
            label: t("colours.dark"),
            leftSection: <IconMoon size={20} stroke={1.6} aria-hidden />,
            onClick: () => setColorScheme("dark"),
        },
        {
            id: "sign-out",
            label: t("frame.signOut"),
            leftSection: <IconLogout size={20} stroke={1.6} aria-hidden />,
            onClick: onSignOut,
        },
    ];
}
