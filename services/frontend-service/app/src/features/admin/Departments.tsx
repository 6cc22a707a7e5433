import { Button, Paper, Skeleton, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Department, departmentsQuery, personQuery } from "../../api/people.ts";
import { ErrorScreen } from "../../ui/ErrorScreen.tsx";
import { Screen } from "../../ui/Screen.tsx";
import { ToneMark } from "../../ui/ToneMark.tsx";
import { DepartmentDialog } from "./DepartmentDialog.tsx";
import classes from "./Departments.module.css";

/** The departments as a tree of one level. */
export function Departments() {
    const { t } = useTranslation();
    const departments = useQuery(departmentsQuery);
    const [edited, setEdited] = useState<Department | "new" | null>(null);
    const all = departments.data ?? [];
    return (
        <Screen
            title={t("screen.departments")}
            about={t("screen.about.departments")}
            moves={
                <Button
                    leftSection={<IconPlus size={18} aria-hidden />}
                    onClick={() => setEdited("new")}
                >
                    {t("department.make")}
                </Button>
            }
        >
            {departments.error && !departments.data && (
                <ErrorScreen error={departments.error} again={() => void departments.refetch()} />
            )}
            {departments.isPending && <Skeleton height={240} />}
            {departments.data && all.length === 0 && <Text>{t("department.none")}</Text>}
            <Stack component="ul" gap="sm" className={classes.tree ?? ""}>
                {all
                    .filter(({ parent }) => parent === null)
                    .map((department) => (
                        <Paper component="li" key={department.id} withBorder>
                            <Line department={department} onEdit={setEdited} />
                            {all.some(({ parent }) => parent === department.id) && (
                                <ul className={classes.below}>
                                    {all
                                        .filter(({ parent }) => parent === department.id)
                                        .map((below) => (
                                            <li key={below.id}>
                                                <Line department={below} onEdit={setEdited} />
                                            </li>
                                        ))}
                                </ul>
                            )}
                        </Paper>
                    ))}
            </Stack>
            {edited !== null && (
                <DepartmentDialog
                    department={edited === "new" ? null : edited}
                    all={all}
                    onClose={() => setEdited(null)}
                />
            )}
        </Screen>
    );
}

function Line({ department, onEdit }: { department: Department; onEdit: (d: Department) => void }) {
    const { t } = useTranslation();
    const head = useQuery({
        ...personQuery(department.head ?? 0),
        enabled: department.head !== null,
    });
    return (
        <div className={classes.line}>
            <div className={classes.words}>
                <Text fw={600} component="h2">
                    <bdi>{department.name}</bdi>{" "}
                    <Text span size="sm" c="dimmed" dir="ltr">
                        {department.code}
                    </Text>
                </Text>
                <Text size="sm" c="dimmed">
                    {department.head === null ? (
                        <ToneMark tone="late">{t("department.headless")}</ToneMark>
                    ) : (
                        <>
                            {t("department.head")}: <bdi>{head.data?.name ?? "…"}</bdi>
                        </>
                    )}
                    {department.may_request_approval && ` · ${t("department.mayAsk")}`}
                </Text>
            </div>
            {!department.is_open && <ToneMark tone="refused">{t("department.closed")}</ToneMark>}
            <Button
                variant="default"
                aria-label={t("department.change", { name: department.name })}
                onClick={() => onEdit(department)}
            >
                {t("form.change")}
            </Button>
        </div>
    );
}
