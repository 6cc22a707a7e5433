import { Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Screen } from "../../ui/Screen.tsx";
import { Confirmation } from "./Confirmation.tsx";
import { Devices } from "./Devices.tsx";
import { Password } from "./Password.tsx";
import { SecondFactor } from "./SecondFactor.tsx";

/** What keeps others out: password, second factor, and where one is signed in. */
export function Security() {
    const { t } = useTranslation();
    return (
        <Screen title={t("screen.security")} about={t("screen.about.security")}>
            <Confirmation>
                <Stack gap="xl" maw={640}>
                    <SecondFactor />
                    <Devices />
                    <Password />
                </Stack>
            </Confirmation>
        </Screen>
    );
}
