import { Alert, Button, Group, Modal, Select, Stack, Switch, TextInput } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../../api/client.ts";
import {
    changeDepartment,
    type Department,
    type DepartmentChange,
    departmentsQuery,
    makeDepartment,
    peopleQuery,
    personQuery,
} from "../../api/people.ts";
import { toast } from "../../ui/toast.tsx";

const BLANK = {
    code: "",
    name: "",
    parent: null,
    head: null,
    is_open: true,
    may_request_approval: false,
} as const;

interface Props {
    department: Department | null;
    all: readonly Department[];
    onClose: () => void;
}

/** Makes a department (null), or changes one. */
export function DepartmentDialog({ department, all, onClose }: Props) {
    const { t } = useTranslation();
    const client = useQueryClient();
    const [change, setChange] = useState<DepartmentChange>({});
    const [key] = useState(() => crypto.randomUUID()); // sent twice, made once
    const shown = { ...BLANK, ...department, ...change };
    const saving = useMutation({
        mutationFn: () =>
            department
                ? changeDepartment(department, change)
                : makeDepartment({ ...BLANK, ...change }, key),
        onSuccess: (saved) => {
            void client.invalidateQueries({ queryKey: departmentsQuery.queryKey });
            toast(t("department.saved", { name: saved.name }));
            onClose();
        },
    });
    const faults = saving.error instanceof Problem ? saving.error.fields : {};
    const parents = all.filter(({ id, parent }) => parent === null && id !== department?.id);
    const isParent = all.some(({ parent }) => parent !== null && parent === department?.id);
    return (
        <Modal
            opened
            onClose={onClose}
            title={
                department
                    ? t("department.change", { name: department.name })
                    : t("department.make")
            }
            closeButtonProps={{ "aria-label": t("frame.close") }}
        >
            <form
                noValidate
                onSubmit={(event) => {
                    event.preventDefault();
                    saving.mutate();
                }}
            >
                <Stack>
                    {saving.error && Object.keys(faults).length === 0 && (
                        <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />}>
                            {sentence(saving.error)}
                        </Alert>
                    )}
                    <TextInput
                        label={t("person.name")}
                        required
                        data-autofocus
                        value={shown.name}
                        error={faults.name?.join(" ")}
                        onChange={(event) => set({ name: event.currentTarget.value })}
                    />
                    <TextInput
                        label={t("department.code")}
                        required
                        dir="ltr"
                        value={shown.code}
                        error={faults.code?.join(" ")}
                        onChange={(event) => set({ code: event.currentTarget.value })}
                    />
                    {!isParent && (
                        <Select
                            label={t("department.parent")}
                            placeholder={t("form.none")}
                            clearable
                            data={parents.map(({ id, name }) => ({
                                value: String(id),
                                label: name,
                            }))}
                            value={shown.parent === null ? null : String(shown.parent)}
                            error={faults.parent?.join(" ")}
                            onChange={(id) => set({ parent: id === null ? null : Number(id) })}
                        />
                    )}
                    <HeadSelect
                        head={shown.head}
                        fault={faults.head?.join(" ")}
                        onChange={(head) => set({ head })}
                    />
                    <Switch
                        label={t("department.open")}
                        description={t("department.openAbout")}
                        checked={shown.is_open}
                        onChange={(event) => set({ is_open: event.currentTarget.checked })}
                    />
                    <Switch
                        label={t("department.mayAsk")}
                        checked={shown.may_request_approval}
                        onChange={(event) =>
                            set({ may_request_approval: event.currentTarget.checked })
                        }
                    />
                    <Group justify="flex-end">
                        <Button variant="default" onClick={onClose}>
                            {t("form.cancel")}
                        </Button>
                        <Button
                            type="submit"
                            loading={saving.isPending}
                            disabled={!shown.name.trim() || !shown.code.trim()}
                        >
                            {t("form.save")}
                        </Button>
                    </Group>
                </Stack>
            </form>
        </Modal>
    );

    function set(part: DepartmentChange): void {
        setChange({ ...change, ...part });
    }

    function sentence(error: Error): string {
        if (!(error instanceof Problem)) {
            return t("fault.unreachable");
        }
        return error.status === 412 ? t("form.stale") : error.detail;
    }
}

interface HeadProps {
    head: number | null;
    fault: string | undefined;
    onChange: (head: number | null) => void;
}

/** Anybody active; found by typing, since there may be thousands. */
function HeadSelect({ head, fault, onChange }: HeadProps) {
    const { t } = useTranslation();
    const [search, setSearch] = useState("");
    const chosen = useQuery({ ...personQuery(head ?? 0), enabled: head !== null });
    const found = useInfiniteQuery(peopleQuery({ is_active: true, ...(search && { search }) }));
    const offered = [
        ...(chosen.data ? [chosen.data] : []),
        ...(found.data?.pages[0]?.results ?? []).filter(({ id }) => id !== head),
    ];
    return (
        <Select
            label={t("department.head")}
            placeholder={t("department.headless")}
            clearable
            searchable
            filter={({ options }) => options}
            onSearchChange={(words) => setSearch(words === labelOf(chosen.data) ? "" : words)}
            data={offered.map((person) => ({ value: String(person.id), label: labelOf(person) }))}
            value={head === null ? null : String(head)}
            error={fault}
            onChange={(id) => onChange(id === null ? null : Number(id))}
            nothingFoundMessage={t("people.noneFound")}
        />
    );
}

/** Two people may have one name: the code tells them apart. */
function labelOf(person: { name: string; employee_code: string } | undefined): string {
    return person ? `${person.name} · ${person.employee_code}` : "";
}
