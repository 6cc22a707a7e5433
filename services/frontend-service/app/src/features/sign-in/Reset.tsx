import { Alert, Anchor, Button, Stack, Text, TextInput } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { requestReset } from "../../api/session.ts";
import { Doorway } from "../../ui/Doorway.tsx";
import { useFault } from "./fault.ts";

/** Asks for a letter with a link. What it says afterwards is the same for every address. */
export function Reset() {
    const { t } = useTranslation();
    const fault = useFault();
    const [email, setEmail] = useState("");
    const request = useMutation({ mutationFn: requestReset });
    return (
        <Doorway title={t("reset.title")} about={t("reset.about")}>
            <Stack mt="lg">
                {request.isSuccess ? (
                    <Text role="status">{t("reset.sent", { email })}</Text>
                ) : (
                    <form
                        noValidate
                        onSubmit={(event) => {
                            event.preventDefault();
                            request.mutate(email);
                        }}
                    >
                        <Stack>
                            {request.error && (
                                <Alert
                                    role="alert"
                                    color="red"
                                    icon={<IconAlertTriangle aria-hidden />}
                                >
                                    {fault(request.error)}
                                </Alert>
                            )}
                            <TextInput
                                type="email"
                                label={t("person.email")}
                                autoComplete="email"
                                dir="ltr"
                                required
                                value={email}
                                onChange={(event) => setEmail(event.currentTarget.value)}
                            />
                            <Button
                                type="submit"
                                loading={request.isPending}
                                disabled={!email.includes("@")}
                            >
                                {t("reset.send")}
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
