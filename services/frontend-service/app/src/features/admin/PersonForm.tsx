import {
    Alert,
    Button,
    Group,
    List,
    MultiSelect,
    Select,
    Stack,
    Switch,
    Text,
    TextInput,
    useDirection,
} from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
    type Department,
    type Person,
    type PersonChange,
    ROLES,
    type Role,
} from "../../api/people.ts";
import classes from "./PersonForm.module.css";
import { useSavePerson } from "./savePerson.ts";

/** Changes are shown in words before they are saved; a newer state is never overwritten unseen. */
export function PersonForm({
    person,
    departments,
}: {
    person: Person;
    departments: readonly Department[];
}) {
    const { t } = useTranslation();
    const [change, setChange] = useState<PersonChange>({});
    const arrow = useDirection().dir === "rtl" ? "←" : "→";
    const save = useSavePerson(person, () => setChange({}));
    const shown = { ...person, ...change };
    const differing = keysOf(change).filter((key) => !same(change[key], person[key]));
    const fault = (field: keyof PersonChange) => save.faults[field]?.join(" ");
    return (
        <form
            noValidate
            className={classes.form}
            onSubmit={(event) => {
                event.preventDefault();
                save.save(Object.fromEntries(differing.map((key) => [key, change[key]])));
            }}
        >
            <Stack>
                <TextInput
                    label={t("person.firstName")}
                    value={shown.first_name}
                    error={fault("first_name")}
                    onChange={(event) => set({ first_name: event.currentTarget.value })}
                />
                <TextInput
                    label={t("person.lastName")}
                    value={shown.last_name}
                    error={fault("last_name")}
                    onChange={(event) => set({ last_name: event.currentTarget.value })}
                />
                <TextInput
                    label={t("person.email")}
                    type="email"
                    dir="ltr"
                    required
                    value={shown.email}
                    error={fault("email")}
                    onChange={(event) => set({ email: event.currentTarget.value })}
                />
                <Select
                    label={t("person.role")}
                    description={t(`role.about.${shown.role}`)}
                    allowDeselect={false}
                    data={ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))}
                    value={shown.role}
                    error={fault("role")}
                    onChange={(role) => set({ role: role as Role })}
                />
                <MultiSelect
                    label={t("person.departments")}
                    data={departments.map(({ id, name }) => ({ value: String(id), label: name }))}
                    value={shown.departments.map(String)}
                    error={fault("departments")}
                    onChange={(ids) => set({ departments: ids.map(Number) })}
                    searchable
                />
                <Switch
                    label={t("person.approver")}
                    description={t("person.approverAbout")}
                    checked={shown.is_approver}
                    onChange={(event) => set({ is_approver: event.currentTarget.checked })}
                />
                <Switch
                    label={t("person.active")}
                    description={t("person.activeAbout")}
                    checked={shown.is_active}
                    onChange={(event) => set({ is_active: event.currentTarget.checked })}
                />
                {save.said && (
                    <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />}>
                        {save.said}
                    </Alert>
                )}
                {differing.length > 0 && (
                    <section className={classes.changes} aria-labelledby="changes">
                        <Text id="changes" component="h2" size="sm" fw={600}>
                            {t("person.willChange")}
                        </Text>
                        <List size="sm" my="xs">
                            {differing.map((key) => (
                                <List.Item key={key}>
                                    {t(`person.field.${key}`)}: <bdi>{said(key, person[key])}</bdi>{" "}
                                    {arrow} <bdi>{said(key, change[key])}</bdi>
                                </List.Item>
                            ))}
                        </List>
                        <Group>
                            <Button type="submit" loading={save.busy}>
                                {t("form.save")}
                            </Button>
                            <Button variant="default" onClick={() => setChange({})}>
                                {t("form.discard")}
                            </Button>
                        </Group>
                    </section>
                )}
            </Stack>
        </form>
    );

    function set(part: PersonChange): void {
        setChange({ ...change, ...part });
    }

    function said(key: keyof PersonChange, value: PersonChange[keyof PersonChange]): string {
        if (key === "role") {
            return t(`role.${value as Role}`);
        }
        if (typeof value === "boolean") {
            return t(value ? "form.yes" : "form.no");
        }
        if (Array.isArray(value)) {
            const names = value.map((id) => departments.find((each) => each.id === id)?.name ?? id);
            return names.join(", ") || t("form.none");
        }
        return String(value ?? "") || t("form.none");
    }
}

function keysOf(change: PersonChange): (keyof typeof FIELDS)[] {
    return (Object.keys(FIELDS) as (keyof typeof FIELDS)[]).filter((key) => key in change);
}

const FIELDS = {
    first_name: true,
    last_name: true,
    email: true,
    role: true,
    departments: true,
    is_approver: true,
    is_active: true,
} as const;

function same(one: unknown, other: unknown): boolean {
    const sorted = (value: unknown) => (Array.isArray(value) ? [...value].sort() : value);
    return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}
