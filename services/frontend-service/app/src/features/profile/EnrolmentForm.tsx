import { Alert, Button, Code, Group, Stack, Text, TextInput } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { QRCodeSVG } from "qrcode.react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { completeEnrolment, type Enrolment, Refused } from "../../api/session.ts";
import { useConfirmed } from "./Confirmation.tsx";
import classes from "./EnrolmentForm.module.css";

interface Props {
    enrolment: Enrolment;
    onDone: () => void;
    onCancel: () => void;
}

/** Scan, or type the secret, then prove with a first code that the app has it. */
export function EnrolmentForm({ enrolment, onDone, onCancel }: Props) {
    const { t } = useTranslation();
    const confirmed = useConfirmed();
    const [code, setCode] = useState("");
    const trial = useMutation({
        mutationFn: () => confirmed(() => completeEnrolment(code)),
        onSuccess: onDone,
    });
    return (
        <form
            noValidate
            onSubmit={(event) => {
                event.preventDefault();
                trial.mutate();
            }}
        >
            <Stack>
                <Text>{t("factor.scan")}</Text>
                <div className={classes.code}>
                    <QRCodeSVG value={enrolment.totp_url} size={184} title={t("factor.qrCode")} />
                </div>
                <Text size="sm">
                    {t("factor.secret")}{" "}
                    <Code dir="ltr" className={classes.secret ?? ""}>
                        {enrolment.secret.match(/.{1,4}/g)?.join(" ")}
                    </Code>
                </Text>
                {trial.error && (
                    <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />}>
                        {t(trial.error instanceof Refused ? "fault.code" : "fault.away")}
                    </Alert>
                )}
                <TextInput
                    label={t("factor.first")}
                    autoComplete="one-time-code"
                    inputMode="numeric"
                    dir="ltr"
                    maw={240}
                    value={code}
                    onChange={(event) => setCode(event.currentTarget.value)}
                />
                <Group>
                    <Button
                        type="submit"
                        loading={trial.isPending}
                        disabled={code.trim().length < 6}
                    >
                        {t("factor.complete")}
                    </Button>
                    <Button variant="default" onClick={onCancel}>
                        {t("form.cancel")}
                    </Button>
                </Group>
            </Stack>
        </form>
    );
}
