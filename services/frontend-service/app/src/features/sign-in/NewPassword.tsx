import { Alert, Anchor, Button, PasswordInput, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { resetPassword } from "../../api/session.ts";
import { Doorway } from "../../ui/Doorway.tsx";
import { useFault } from "./fault.ts";

/** Where the link of the letter leads: a new password. */
export function NewPassword({ resetKey }: { resetKey: string }) {
    const { t } = useTranslation();
    const fault = useFault();
    const field = useRef<HTMLInputElement>(null);
    const [password, setPassword] = useState("");
    const change = useMutation({
        mutationFn: () => resetPassword(resetKey, password),
        onError: () => field.current?.focus(),
    });
    return (
        <Doorway title={t("reset.newTitle")} about={t("reset.newAbout")}>
            <Stack mt="lg">
                {change.isSuccess ? (
                    <Text role="status">{t("reset.done")}</Text>
                ) : (
                    <form
                        noValidate
                        onSubmit={(event) => {
                            event.preventDefault();
                            change.mutate();
                        }}
                    >
                        <Stack>
                            {change.error && (
                                <Alert
                                    role="alert"
                                    color="red"
                                    icon={<IconAlertTriangle aria-hidden />}
                                >
                                    {fault(change.error)}
                                </Alert>
                            )}
                            <PasswordInput
                                ref={field}
                                label={t("security.new")}
                                autoComplete="new-password"
                                required
                                visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
                                value={password}
                                onChange={(event) => setPassword(event.currentTarget.value)}
                            />
                            <Button
                                type="submit"
                                loading={change.isPending}
                                disabled={password === ""}
                            >
                                {t("reset.set")}
                            </Button>
                        </Stack>
                    </form>
                )}
                <Anchor ta="center" renderRoot={(props) => <Link to="/sign-in" {...props} />}>
                    {t("reset.back")}
                </Anchor>
            </Stack>
        </Doorway>
    );
}
