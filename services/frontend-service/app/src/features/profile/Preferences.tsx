import { Alert, Radio, Select, Stack, Switch, Text, useMantineColorScheme } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changeMe, meQuery, type Person, type PersonChange } from "../../api/people.ts";
import { isLanguage, LANGUAGES, speak } from "../../i18n/languages.ts";
import { setSingleKeys, singleKeys } from "../../ui/keys.ts";
import { Screen } from "../../ui/Screen.tsx";

const SCHEMES = ["auto", "light", "dark"] as const;

/** How it looks and speaks. Each choice counts at once: there is nothing to save. */
export function Preferences({ person }: { person: Person }) {
    const { t, i18n } = useTranslation();
    const client = useQueryClient();
    const { colorScheme, setColorScheme } = useMantineColorScheme();
    const [keys, setKeys] = useState(singleKeys);
    const saving = useMutation({
        mutationFn: (change: PersonChange) => changeMe(person, change),
        onSuccess: (saved) => client.setQueryData(meQuery.queryKey, saved),
    });
    return (
        <Screen title={t("screen.preferences")} about={t("preferences.about")}>
            <Stack gap="lg" maw={480}>
                {saving.error && (
                    <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />}>
                        {t("preferences.notKept")}
                    </Alert>
                )}
                <Radio.Group
                    label={t("preferences.language")}
                    description={t("preferences.languageAbout")}
                    value={i18n.language}
                    onChange={(language) => {
                        if (isLanguage(language)) {
                            void speak(language);
                            saving.mutate({ language });
                        }
                    }}
                >
                    <Stack gap="xs" mt="xs">
                        {Object.entries(LANGUAGES).map(([language, { name }]) => (
                            <Radio
                                key={language}
                                value={language}
                                label={<bdi lang={language}>{name}</bdi>}
                            />
                        ))}
                    </Stack>
                </Radio.Group>
                <Radio.Group
                    label={t("preferences.colours")}
                    value={colorScheme}
                    onChange={(scheme) => setColorScheme(scheme as (typeof SCHEMES)[number])}
                >
                    <Stack gap="xs" mt="xs">
                        {SCHEMES.map((scheme) => (
                            <Radio key={scheme} value={scheme} label={t(`colours.${scheme}`)} />
                        ))}
                    </Stack>
                </Radio.Group>
                <Select
                    label={t("preferences.timeZone")}
                    description={t("preferences.timeZoneAbout")}
                    searchable
                    allowDeselect={false}
                    dir="ltr"
                    data={Intl.supportedValuesOf("timeZone")}
                    value={person.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone}
                    onChange={(time_zone) => time_zone && saving.mutate({ time_zone })}
                />
                <div>
                    <Switch
                        label={t("preferences.keys")}
                        checked={keys}
                        onChange={(event) => {
                            setSingleKeys(event.currentTarget.checked);
                            setKeys(event.currentTarget.checked);
                        }}
                    />
                    <Text size="sm" c="dimmed" mt={4}>
                        {t("preferences.keysAbout")}
                    </Text>
                </div>
            </Stack>
        </Screen>
    );
}
