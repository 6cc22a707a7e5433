import { Skeleton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { Link, useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Department, Person } from "../../api/people.ts";
import { ToneMark } from "../../ui/ToneMark.tsx";
import classes from "./PeopleTable.module.css";

const ROW = 40;
const ROW_ON_PHONE = 64;
const AHEAD = 20;

interface Props {
    people: readonly Person[];
    departments: readonly Department[];
    waiting: boolean;
    more: boolean;
    onMore: () => void;
}

/** The rows that are seen, of thousands; the rest is fetched when it comes near. */
export function PeopleTable({ people, departments, waiting, more, onMore }: Props) {
    const { t } = useTranslation();
    const pane = useRef<HTMLDivElement>(null);
    const isPhone = useMediaQuery("(max-width: 767px)") ?? false;
    const rows = useVirtualizer({
        count: people.length,
        getScrollElement: () => pane.current,
        estimateSize: () => (isPhone ? ROW_ON_PHONE : ROW),
        overscan: AHEAD,
    });
    const shown = rows.getVirtualItems();
    const last = shown.at(-1)?.index ?? 0;
    useEffect(() => {
        if (more && last >= people.length - AHEAD) {
            onMore();
        }
    }, [more, last, people.length, onMore]);
    // biome-ignore lint/correctness/useExhaustiveDependencies: the height of a row has changed
    useEffect(() => rows.measure(), [isPhone]);
    const names = new Map(departments.map(({ id, name }) => [id, name]));
    const above = shown[0]?.start ?? 0;
    const below = rows.getTotalSize() - (shown.at(-1)?.end ?? 0);
    return (
        <section ref={pane} className={classes.pane} aria-label={t("screen.people")}>
            <table className={classes.table} aria-rowcount={people.length + 1}>
                <thead>
                    <tr>
                        <th scope="col">{t("person.name")}</th>
                        <th scope="col">{t("person.code")}</th>
                        <th scope="col">{t("person.role")}</th>
                        <th scope="col">{t("person.departments")}</th>
                        <th scope="col">{t("person.email")}</th>
                        <th scope="col">{t("person.state")}</th>
                    </tr>
                </thead>
                <tbody>
                    {above > 0 && <Gap height={above} />}
                    {shown.map(({ index }) => {
                        const person = people[index];
                        return (
                            person && (
                                <Row
                                    key={person.id}
                                    person={person}
                                    index={index}
                                    departments={person.departments.map(
                                        (id) => names.get(id) ?? "",
                                    )}
                                />
                            )
                        );
                    })}
                    {below > 0 && <Gap height={below} />}
                </tbody>
            </table>
            {waiting && <Waiting />}
        </section>
    );
}

interface RowProps {
    person: Person;
    index: number;
    departments: readonly string[];
}

function Row({ person, index, departments }: RowProps) {
    const { t } = useTranslation();
    const navigate = useNavigate();
    const id = String(person.id);
    return (
        <tr
            className={classes.row}
            aria-rowindex={index + 2}
            onClick={() => void navigate({ to: "/people/$id", params: { id } })}
        >
            <th scope="row" className={classes.name}>
                <Link to="/people/$id" params={{ id }} onClick={(event) => event.stopPropagation()}>
                    <bdi>{person.name}</bdi>
                </Link>
                <span className={classes.second}>
                    <bdi>{person.employee_code}</bdi> · {t(`role.${person.role}`)}
                </span>
            </th>
            <td dir="ltr">{person.employee_code}</td>
            <td>
                {t(`role.${person.role}`)}
                {person.is_approver && ` · ${t("person.approver")}`}
            </td>
            <td>
                {departments.map((name, at) => (
                    <span key={name}>
                        {at > 0 && " · "}
                        <bdi>{name}</bdi>
                    </span>
                ))}
            </td>
            <td dir="ltr">{person.email}</td>
            <td>
                <ToneMark tone={person.is_active ? "done" : "refused"}>
                    {t(person.is_active ? "person.active" : "person.inactive")}
                </ToneMark>
            </td>
        </tr>
    );
}

function Gap({ height }: { height: number }) {
    return (
        <tr aria-hidden>
            <td ref={(cell) => cell?.style.setProperty("height", `${height}px`)} />
        </tr>
    );
}

function Waiting() {
    return Array.from({ length: 8 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all alike
        <Skeleton key={index} height={20} my={10} mx="sm" w="auto" />
    ));
}
