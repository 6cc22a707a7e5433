import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { departmentsQuery, type Person } from "../../api/people.ts";
import { Screen } from "../../ui/Screen.tsx";
import classes from "./Profile.module.css";

/** What the help desk knows of me; who may change it is said beside it. */
export function Profile({ person }: { person: Person }) {
    const { t } = useTranslation();
    const departments = useQuery(departmentsQuery);
    const names = person.departments.map(
        (id) => departments.data?.find((each) => each.id === id)?.name ?? "…",
    );
    const rows = [
        [t("person.name"), person.name],
        [t("person.code"), person.employee_code],
        [t("person.email"), person.email],
        [t("person.role"), t(`role.${person.role}`)],
        [t("person.departments"), names.join(", ") || t("form.none")],
        [t("person.approver"), t(person.is_approver ? "form.yes" : "form.no")],
    ] as const;
    return (
        <Screen title={t("screen.profile")} about={t("profile.about")}>
            <dl className={classes.facts}>
                {rows.map(([name, value]) => (
                    <div key={name} className={classes.fact}>
                        <dt>{name}</dt>
                        <dd>
                            <bdi>{value}</bdi>
                        </dd>
                    </div>
                ))}
            </dl>
            <Text size="sm" c="dimmed" mt="lg">
                {t("profile.whoChanges")}
            </Text>
        </Screen>
    );
}
