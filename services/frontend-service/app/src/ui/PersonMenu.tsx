import {
    Avatar,
    Menu,
    Text,
    UnstyledButton,
    useMantineColorScheme,
    VisuallyHidden,
} from "@mantine/core";
import {
    IconDeviceDesktop,
    IconLanguage,
    IconLogout,
    IconMoon,
    IconSun,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Person } from "../api/people.ts";
import { isLanguage, LANGUAGES, type Language, speak } from "../i18n/languages.ts";

const SCHEMES = [
    ["light", IconSun],
    ["dark", IconMoon],
    ["auto", IconDeviceDesktop],
] as const;

/** Who one is, how it looks, which language, and the way out. */
export function PersonMenu({ person, onSignOut }: { person: Person; onSignOut: () => void }) {
    const { t, i18n } = useTranslation();
    const { colorScheme, setColorScheme } = useMantineColorScheme();
    const others = Object.keys(LANGUAGES)
        .filter(isLanguage)
        .filter((l) => l !== i18n.language);
    return (
        <Menu position="bottom-end" width={240}>
            <Menu.Target>
                <UnstyledButton>
                    <VisuallyHidden>{t("frame.you", { name: person.name })}</VisuallyHidden>
                    <Avatar name={initialsOf(person.name)} color="indigo" radius="xl" aria-hidden />
                </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown>
                <Menu.Label component="div" role="presentation">
                    <Text fw={600} c="var(--hd-text)" truncate>
                        <bdi>{person.name}</bdi>
                    </Text>
                    <Text size="sm">
                        <bdi>{person.employee_code}</bdi> · {t(`role.${person.role}`)}
                    </Text>
                </Menu.Label>
                {others.map((language: Language) => (
                    <Menu.Item
                        key={language}
                        lang={language}
                        leftSection={<IconLanguage size={18} aria-hidden />}
                        onClick={() => void speak(language)}
                    >
                        {LANGUAGES[language].name}
                    </Menu.Item>
                ))}
                {SCHEMES.filter(([scheme]) => scheme !== colorScheme).map(([scheme, Icon]) => (
                    <Menu.Item
                        key={scheme}
                        leftSection={<Icon size={18} aria-hidden />}
                        onClick={() => setColorScheme(scheme)}
                    >
                        {t(`colours.${scheme}`)}
                    </Menu.Item>
                ))}
                <Menu.Item leftSection={<IconLogout size={18} aria-hidden />} onClick={onSignOut}>
                    {t("frame.signOut")}
                </Menu.Item>
            </Menu.Dropdown>
        </Menu>
    );
}

/** Letters of scripts that join have no initials: the first word's first letter stands for all. */
function initialsOf(name: string): string {
    return /[\u0600-\u06FF]/.test(name) ? name.trim().slice(0, 1) : name;
}
