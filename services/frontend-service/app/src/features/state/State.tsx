import { Paper, SimpleGrid, Text } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Health, health } from "../../api/health.ts";
import { Screen } from "../../ui/Screen.tsx";
import { ToneMark } from "../../ui/ToneMark.tsx";
import classes from "./State.module.css";
import { SERVICES } from "./services.ts";

const INTERVAL_MS = 5000;
const NAMES = {
    database: "state.database",
    cache: "state.cache",
    channel_layer: "state.channel_layer",
    celery_broker: "state.celery_broker",
    queue: "state.queue",
} as const;

/** Each service, and what it stands on; asked again every few seconds while one looks. */
export function State() {
    const { t, i18n } = useTranslation();
    const answers = useQueries({
        queries: SERVICES.map((service) => ({
            queryKey: ["health", service],
            queryFn: () => health(service),
            refetchInterval: INTERVAL_MS,
            staleTime: 0,
            networkMode: "always" as const,
            meta: { quiet: true },
        })),
    });
    const known = answers.flatMap(({ data }) => (data ? [data] : []));
    const bad = known.filter(({ state }) => state !== "ready").map(({ service }) => service);
    const asked = Math.max(0, ...answers.map(({ dataUpdatedAt }) => dataUpdatedAt));
    const time = new Intl.DateTimeFormat(i18n.language, { timeStyle: "medium" });
    return (
        <Screen title={t("screen.state")} about={t("screen.about.state")}>
            <Text role="status" fw={600} mb="md">
                {summary(known.length, bad)}
            </Text>
            <SimpleGrid
                cols={{ base: 1, md: 2, lg: 3 }}
                component="ul"
                className={classes.list ?? ""}
            >
                {SERVICES.map((service, index) => (
                    <Service key={service} name={service} health={answers[index]?.data} />
                ))}
            </SimpleGrid>
            <Text size="sm" c="dimmed" mt="md">
                {t("state.interval")} {asked > 0 && t("state.asked", { time: time.format(asked) })}
            </Text>
        </Screen>
    );

    function summary(answered: number, unready: readonly string[]): string {
        if (unready.length > 0) {
            return t("state.bad", { services: unready.join(", ") });
        }
        return answered === SERVICES.length ? t("state.good") : t("state.asking");
    }
}

function Service({ name, health: found }: { name: string; health: Health | undefined }) {
    const { t } = useTranslation();
    return (
        <Paper component="li" withBorder p="md">
            <div className={classes.head}>
                <Text component="h2" fw={600} dir="ltr">
                    {name}
                </Text>
                {found === undefined ? (
                    <ToneMark tone="waiting">{t("state.asking")}</ToneMark>
                ) : (
                    <ToneMark tone={found.state === "ready" ? "done" : "late"}>
                        {t(`state.${found.state}`)}
                    </ToneMark>
                )}
            </div>
            {found && (
                <dl className={classes.parts}>
                    <div className={classes.part}>
                        <dt>{t("state.answer")}</dt>
                        <dd dir="ltr">{found.milliseconds} ms</dd>
                    </div>
                    {Object.entries(found.dependencies).map(([part, { status, latency_ms }]) => (
                        <div key={part} className={classes.part}>
                            <dt>{part in NAMES ? t(NAMES[part as keyof typeof NAMES]) : part}</dt>
                            <dd>
                                {status === "up" ? (
                                    <span dir="ltr">{Math.round(latency_ms)} ms</span>
                                ) : (
                                    <ToneMark tone="late">{t("state.down")}</ToneMark>
                                )}
                            </dd>
                        </div>
                    ))}
                </dl>
            )}
        </Paper>
    );
}
