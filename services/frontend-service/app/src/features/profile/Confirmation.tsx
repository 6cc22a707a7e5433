import { Alert, Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useState } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmationNeeded, confirmPassword, Refused } from "../../api/session.ts";

type Confirmed = <T>(action: () => Promise<T>) => Promise<T>;

const Context = createContext<Confirmed>((action) => action());

/** Returns what does something again after the password was given, where it asks for that. */
export function useConfirmed(): Confirmed {
    return useContext(Context);
}

interface Waiting {
    readonly go: () => void;
    readonly give: (reason: Error) => void;
}

/** Asks for the password when something inside needs it again. */
export function Confirmation({ children }: { children: ReactNode }) {
    const [waiting, setWaiting] = useState<Waiting | null>(null);
    const confirmed: Confirmed = async (action) => {
        try {
            return await action();
        } catch (error) {
            if (!(error instanceof ConfirmationNeeded)) {
                throw error;
            }
            await new Promise<void>((go, give) => setWaiting({ go, give }));
            return action();
        }
    };
    return (
        <Context value={confirmed}>
            {children}
            {waiting && (
                <PasswordDialog
                    onConfirmed={() => {
                        setWaiting(null);
                        waiting.go();
                    }}
                    onClose={() => {
                        setWaiting(null);
                        waiting.give(new ConfirmationNeeded());
                    }}
                />
            )}
        </Context>
    );
}

function PasswordDialog({
    onConfirmed,
    onClose,
}: {
    onConfirmed: () => void;
    onClose: () => void;
}) {
    const { t } = useTranslation();
    const [password, setPassword] = useState("");
    const trial = useMutation({ mutationFn: confirmPassword, onSuccess: onConfirmed });
    return (
        <Modal
            opened
            onClose={onClose}
            title={t("confirm.title")}
            closeButtonProps={{ "aria-label": t("frame.close") }}
        >
            <form
                noValidate
                onSubmit={(event) => {
                    event.preventDefault();
                    trial.mutate(password);
                }}
            >
                <Stack>
                    <Text>{t("confirm.about")}</Text>
                    {trial.error && (
                        <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />}>
                            {t(trial.error instanceof Refused ? "fault.password" : "fault.away")}
                        </Alert>
                    )}
                    <PasswordInput
                        label={t("signIn.password")}
                        autoComplete="current-password"
                        data-autofocus
                        visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
                        value={password}
                        onChange={(event) => setPassword(event.currentTarget.value)}
                    />
                    <Group justify="flex-end">
                        <Button variant="default" onClick={onClose}>
                            {t("form.cancel")}
                        </Button>
                        <Button type="submit" loading={trial.isPending} disabled={password === ""}>
                            {t("confirm.go")}
                        </Button>
                    </Group>
                </Stack>
            </form>
        </Modal>
    );
}
