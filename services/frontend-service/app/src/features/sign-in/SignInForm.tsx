import { Alert, Anchor, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Refused, type Standing, signIn } from "../../api/session.ts";
import { useFault } from "./fault.ts";

interface Props {
    /** Who was signed in before, in a dialog that takes up their work again. */
    name?: string;
    onStanding: (standing: Standing) => void;
}

/** Employee code or e-mail, and password. What was typed stays when it is refused. */
export function SignInForm({ name, onStanding }: Props) {
    const { t } = useTranslation();
    const fault = useFault();
    const form = useForm({
        mode: "uncontrolled",
        initialValues: { name: name ?? "", password: "" },
        validate: {
            name: (value) => (value.trim() ? null : t("signIn.nameMissing")),
            password: (value) => (value ? null : t("signIn.passwordMissing")),
        },
    });
    const trial = useMutation({
        mutationFn: (typed: { name: string; password: string }) =>
            signIn(typed.name, typed.password),
        onSuccess: onStanding,
        onError: (error) => {
            if (error instanceof Refused) {
                form.getInputNode("password")?.focus();
                (form.getInputNode("password") as HTMLInputElement | null)?.select();
            }
        },
    });
    return (
        <form
            noValidate
            onSubmit={form.onSubmit(
                (typed) => trial.mutate(typed),
                (faults) => form.getInputNode(Object.keys(faults)[0] ?? "name")?.focus(),
            )}
        >
            <Stack mt="lg">
                {trial.error && (
                    <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />}>
                        {fault(trial.error)}
                    </Alert>
                )}
                <TextInput
                    label={t("signIn.name")}
                    description={t("signIn.nameHint")}
                    autoComplete="username"
                    autoCapitalize="none"
                    spellCheck={false}
                    required
                    key={form.key("name")}
                    {...form.getInputProps("name")}
                />
                <PasswordInput
                    label={t("signIn.password")}
                    autoComplete="current-password"
                    data-autofocus={name !== undefined || undefined}
                    required
                    visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
                    key={form.key("password")}
                    {...form.getInputProps("password")}
                />
                <Button type="submit" size="md" loading={trial.isPending}>
                    {t("signIn.go")}
                </Button>
                <Anchor ta="center" renderRoot={(props) => <Link to="/reset" {...props} />}>
                    {t("signIn.forgotten")}
                </Anchor>
            </Stack>
        </form>
    );
}
