import { Button, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconDeviceLaptop, IconDeviceMobile } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Device, devices, signOutDevices } from "../../api/session.ts";
import { ErrorScreen } from "../../ui/ErrorScreen.tsx";
import { Time } from "../../ui/Time.tsx";
import { ToneMark } from "../../ui/ToneMark.tsx";
import { toast } from "../../ui/toast.tsx";
import { useConfirmed } from "./Confirmation.tsx";
import classes from "./Devices.module.css";
import { spoken } from "./userAgent.ts";

const KEY = ["devices"];

/** Where one is signed in, each with its way out. */
export function Devices() {
    const { t } = useTranslation();
    const client = useQueryClient();
    const confirmed = useConfirmed();
    const known = useQuery({ queryKey: KEY, queryFn: devices });
    const ending = useMutation({
        mutationFn: (ids: readonly number[]) => confirmed(() => signOutDevices(ids)),
        onSuccess: () => {
            void client.invalidateQueries({ queryKey: KEY });
            toast(t("devices.ended"));
        },
    });
    const others = (known.data ?? []).filter(({ is_current }) => !is_current);
    return (
        <section aria-labelledby="devices">
            <Title order={2} id="devices" mb="sm">
                {t("devices.title")}
            </Title>
            {known.error && <ErrorScreen error={known.error} again={() => void known.refetch()} />}
            {known.isPending && <Skeleton height={120} />}
            <Stack component="ul" gap="xs" className={classes.list ?? ""}>
                {(known.data ?? []).map((device) => (
                    <Paper
                        component="li"
                        key={device.id}
                        withBorder
                        className={classes.device ?? ""}
                    >
                        <Line device={device} />
                        {device.is_current ? (
                            <ToneMark tone="done">{t("devices.this")}</ToneMark>
                        ) : (
                            <Button
                                variant="default"
                                loading={ending.isPending && ending.variables.includes(device.id)}
                                onClick={() => ending.mutate([device.id])}
                            >
                                {t("devices.end")}
                            </Button>
                        )}
                    </Paper>
                ))}
            </Stack>
            {others.length > 1 && (
                <Button
                    mt="sm"
                    variant="default"
                    onClick={() => ending.mutate(others.map(({ id }) => id))}
                >
                    {t("devices.endOthers")}
                </Button>
            )}
        </section>
    );
}

function Line({ device }: { device: Device }) {
    const { t } = useTranslation();
    const { system, browser, phone } = spoken(device.user_agent);
    const Icon = phone ? IconDeviceMobile : IconDeviceLaptop;
    return (
        <>
            <Icon size={24} stroke={1.6} aria-hidden />
            <div className={classes.words}>
                <Text fw={600}>
                    <bdi>
                        {[browser, system].filter(Boolean).join(" · ") || t("devices.unknown")}
                    </bdi>
                </Text>
                <Text size="sm" c="dimmed">
                    <bdi>{device.ip}</bdi> ·{" "}
                    <Time at={new Date((device.last_seen_at ?? device.created_at) * 1000)} />
                </Text>
            </div>
        </>
    );
}
