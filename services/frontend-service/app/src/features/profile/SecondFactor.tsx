import { Button, Group, Skeleton, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
    beginEnrolment,
    type Enrolment,
    factors,
    makeRecoveryCodes,
    removeFactor,
} from "../../api/session.ts";
import { ErrorScreen } from "../../ui/ErrorScreen.tsx";
import { ToneMark } from "../../ui/ToneMark.tsx";
import { toast } from "../../ui/toast.tsx";
import { useConfirmed } from "./Confirmation.tsx";
import { EnrolmentForm } from "./EnrolmentForm.tsx";
import { RecoveryCodes } from "./RecoveryCodes.tsx";

const KEY = ["factors"];

/** An authenticator app beside the password, and codes for the day on which the phone is lost. */
export function SecondFactor() {
    const { t } = useTranslation();
    const client = useQueryClient();
    const confirmed = useConfirmed();
    const known = useQuery({ queryKey: KEY, queryFn: factors });
    const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
    const refresh = () => client.invalidateQueries({ queryKey: KEY });
    const begin = useMutation({
        mutationFn: () => confirmed(beginEnrolment),
        onSuccess: setEnrolment,
    });
    const codes = useMutation({
        mutationFn: () => confirmed(makeRecoveryCodes),
        onSuccess: refresh,
    });
    const removal = useMutation({
        mutationFn: () => confirmed(removeFactor),
        onSuccess: () => {
            void refresh();
            toast(t("factor.removed"));
        },
    });
    const app = known.data?.find(({ type }) => type === "totp");
    const left = known.data?.find(({ type }) => type === "recovery_codes")?.unused_code_count ?? 0;
    return (
        <section aria-labelledby="factor">
            <Group justify="space-between" mb="xs">
                <Title order={2} id="factor">
                    {t("factor.title")}
                </Title>
                {known.data && (
                    <ToneMark tone={app ? "done" : "waiting"}>
                        {t(app ? "factor.on" : "factor.off")}
                    </ToneMark>
                )}
            </Group>
            <Text c="dimmed" mb="sm">
                {t("factor.about")}
            </Text>
            {known.error && <ErrorScreen error={known.error} again={() => void known.refetch()} />}
            {known.isPending && <Skeleton height={36} w={200} />}
            {known.data && !app && !enrolment && (
                <Button onClick={() => begin.mutate()} loading={begin.isPending}>
                    {t("factor.begin")}
                </Button>
            )}
            {enrolment && (
                <EnrolmentForm
                    enrolment={enrolment}
                    onDone={() => {
                        setEnrolment(null);
                        codes.mutate();
                    }}
                    onCancel={() => setEnrolment(null)}
                />
            )}
            {codes.data && <RecoveryCodes codes={codes.data} onClose={codes.reset} />}
            {app && (
                <Group>
                    <Button
                        variant="default"
                        onClick={() => codes.mutate()}
                        loading={codes.isPending}
                    >
                        {t("factor.newCodes", { count: left })}
                    </Button>
                    <Button
                        variant="subtle"
                        onClick={() => removal.mutate()}
                        loading={removal.isPending}
                    >
                        {t("factor.remove")}
                    </Button>
                </Group>
            )}
        </section>
    );
}
