import { Button, Group, Select, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch, IconX } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
    departmentsQuery,
    type PeopleFilter,
    peopleQuery,
    ROLES,
    type Role,
} from "../../api/people.ts";
import { ErrorScreen } from "../../ui/ErrorScreen.tsx";
import { Screen } from "../../ui/Screen.tsx";
import { PeopleTable } from "./PeopleTable.tsx";

interface Props {
    filter: PeopleFilter;
    onFilter: (filter: PeopleFilter) => void;
}

/** Everybody, as one table; what it is narrowed to stands in the address. */
export function People({ filter, onFilter }: Props) {
    const { t } = useTranslation();
    const people = useInfiniteQuery(peopleQuery(filter));
    const departments = useQuery(departmentsQuery);
    const [words, setWords] = useState(filter.search ?? "");
    const search = useDebouncedCallback(
        (typed: string) => onFilter({ ...filter, search: typed.trim() || undefined }),
        250,
    );
    const found = people.data?.pages.flatMap((page) => page.results) ?? [];
    const narrowed = Object.values(filter).some((value) => value !== undefined);
    return (
        <Screen title={t("screen.people")} about={t("screen.about.people")} wide>
            <search>
                <Group gap="sm" mb="sm" align="flex-end">
                    <TextInput
                        type="search"
                        aria-label={t("people.search")}
                        placeholder={t("people.search")}
                        leftSection={<IconSearch size={18} aria-hidden />}
                        value={words}
                        onChange={(event) => {
                            setWords(event.currentTarget.value);
                            search(event.currentTarget.value);
                        }}
                        flex="1 1 200px"
                        maw={360}
                    />
                    <Select
                        aria-label={t("person.role")}
                        placeholder={t("people.everyRole")}
                        clearable
                        data={ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))}
                        value={filter.role ?? null}
                        onChange={(role) =>
                            onFilter({ ...filter, role: (role as Role | null) ?? undefined })
                        }
                        flex="1 1 140px"
                        maw={200}
                    />
                    <Select
                        aria-label={t("person.departments")}
                        placeholder={t("people.everyDepartment")}
                        clearable
                        searchable
                        data={(departments.data ?? []).map(({ id, name }) => ({
                            value: String(id),
                            label: name,
                        }))}
                        value={filter.department === undefined ? null : String(filter.department)}
                        onChange={(id) =>
                            onFilter({ ...filter, department: id ? Number(id) : undefined })
                        }
                        flex="1 1 160px"
                        maw={240}
                    />
                    <Select
                        aria-label={t("person.state")}
                        placeholder={t("people.everyState")}
                        clearable
                        data={[
                            { value: "true", label: t("person.active") },
                            { value: "false", label: t("person.inactive") },
                        ]}
                        value={filter.is_active === undefined ? null : String(filter.is_active)}
                        onChange={(is) =>
                            onFilter({ ...filter, is_active: is ? is === "true" : undefined })
                        }
                        flex="1 1 120px"
                        maw={180}
                    />
                    {narrowed && (
                        <Button
                            variant="subtle"
                            leftSection={<IconX size={16} aria-hidden />}
                            onClick={() => {
                                setWords("");
                                onFilter({});
                            }}
                        >
                            {t("people.clear")}
                        </Button>
                    )}
                </Group>
            </search>
            {people.error && found.length === 0 ? (
                <ErrorScreen error={people.error} again={() => void people.refetch()} />
            ) : (
                <>
                    <Text size="sm" c="dimmed" role="status" mb="xs">
                        {people.data && count()}
                    </Text>
                    <PeopleTable
                        people={found}
                        departments={departments.data ?? []}
                        waiting={people.isPending}
                        more={people.hasNextPage && !people.isFetchingNextPage}
                        onMore={() => void people.fetchNextPage()}
                    />
                </>
            )}
        </Screen>
    );

    function count(): string {
        if (found.length === 0) {
            return narrowed ? t("people.noneFound") : t("people.none");
        }
        return t(people.hasNextPage ? "people.countMore" : "people.count", { count: found.length });
    }
}
