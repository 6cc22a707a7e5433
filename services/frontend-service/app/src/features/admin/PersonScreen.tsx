import { Anchor, Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { departmentsQuery, personQuery } from "../../api/people.ts";
import { ErrorScreen } from "../../ui/ErrorScreen.tsx";
import { Screen } from "../../ui/Screen.tsx";
import { ToneMark } from "../../ui/ToneMark.tsx";
import { PersonForm } from "./PersonForm.tsx";

/** One person, as an administrator sees and changes them. */
export function PersonScreen({ id }: { id: string }) {
    const { t } = useTranslation();
    const person = useQuery(personQuery(id));
    const departments = useQuery(departmentsQuery);
    const failed = person.error ?? departments.error;
    if (failed && !person.data) {
        return <ErrorScreen error={failed} again={() => void person.refetch()} />;
    }
    if (!person.data || !departments.data) {
        return (
            <Stack maw={640} aria-busy>
                <Skeleton height={32} width="60%" />
                <Skeleton height={200} />
            </Stack>
        );
    }
    return (
        <Screen
            title={person.data.name}
            about={
                <>
                    <Anchor
                        underline="always"
                        renderRoot={(props) => <Link to="/people" {...props} />}
                    >
                        {t("screen.people")}
                    </Anchor>{" "}
                    · <bdi>{person.data.employee_code}</bdi>
                </>
            }
            moves={
                <ToneMark tone={person.data.is_active ? "done" : "refused"}>
                    {t(person.data.is_active ? "person.active" : "person.inactive")}
                </ToneMark>
            }
        >
            <PersonForm person={person.data} departments={departments.data} />
        </Screen>
    );
}
