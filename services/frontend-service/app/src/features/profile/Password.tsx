import { Alert, Button, PasswordInput, Stack, Title } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changePassword, Refused } from "../../api/session.ts";
import { toast } from "../../ui/toast.tsx";
import { useConfirmed } from "./Confirmation.tsx";

const EMPTY = { current: "", next: "" };

export function Password() {
    const { t } = useTranslation();
    const confirmed = useConfirmed();
    const [typed, setTyped] = useState(EMPTY);
    const change = useMutation({
        mutationFn: () => confirmed(() => changePassword(typed.current, typed.next)),
        onSuccess: () => {
            setTyped(EMPTY);
            toast(t("security.changed"));
        },
    });
    const refused = change.error instanceof Refused ? change.error : null;
    return (
        <section aria-labelledby="password">
            <Title order={2} id="password" mb="sm">
                {t("security.password")}
            </Title>
            <form
                noValidate
                onSubmit={(event) => {
                    event.preventDefault();
                    change.mutate();
                }}
            >
                <Stack>
                    {change.error && !refused && (
                        <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />}>
                            {t("fault.away")}
                        </Alert>
                    )}
                    <PasswordInput
                        label={t("security.current")}
                        autoComplete="current-password"
                        visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
                        value={typed.current}
                        error={refused?.on("current_password") && t("fault.password")}
                        onChange={(event) =>
                            setTyped({ ...typed, current: event.currentTarget.value })
                        }
                    />
                    <PasswordInput
                        label={t("security.new")}
                        autoComplete="new-password"
                        visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
                        value={typed.next}
                        error={refused?.on("new_password")}
                        onChange={(event) =>
                            setTyped({ ...typed, next: event.currentTarget.value })
                        }
                    />
                    <Button
                        type="submit"
                        variant="default"
                        loading={change.isPending}
                        disabled={!typed.current || !typed.next}
                        style={{ alignSelf: "flex-start" }}
                    >
                        {t("security.change")}
                    </Button>
                </Stack>
            </form>
        </section>
    );
}
