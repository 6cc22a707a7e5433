import { Alert, Button, Group, Stack, TextInput } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { giveCode, type Standing, signOut } from "../../api/session.ts";
import { useFault } from "./fault.ts";

/** The second factor: a code of the app, or one of the recovery codes. */
export function CodeForm({ onStanding }: { onStanding: (standing: Standing) => void }) {
    const { t } = useTranslation();
    const fault = useFault();
    const field = useRef<HTMLInputElement>(null);
    const [code, setCode] = useState("");
    const trial = useMutation({
        mutationFn: giveCode,
        onSuccess: onStanding,
        onError: () => field.current?.select(),
    });
    const leave = useMutation({ mutationFn: signOut, onSuccess: onStanding });
    useEffect(() => field.current?.focus(), []);
    return (
        <form
            noValidate
            onSubmit={(event) => {
                event.preventDefault();
                trial.mutate(code);
            }}
        >
            <Stack mt="lg">
                {trial.error && (
                    <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />}>
                        {fault(trial.error)}
                    </Alert>
                )}
                <TextInput
                    ref={field}
                    label={t("signIn.code")}
                    description={t("signIn.codeHint")}
                    autoComplete="one-time-code"
                    autoCapitalize="none"
                    dir="ltr"
                    required
                    value={code}
                    onChange={(event) => setCode(event.currentTarget.value)}
                />
                <Group grow>
                    <Button
                        variant="default"
                        onClick={() => leave.mutate()}
                        loading={leave.isPending}
                    >
                        {t("signIn.other")}
                    </Button>
                    <Button type="submit" loading={trial.isPending} disabled={code.trim() === ""}>
                        {t("signIn.go")}
                    </Button>
                </Group>
            </Stack>
        </form>
    );
}
