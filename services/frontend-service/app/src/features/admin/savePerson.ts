import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Problem } from "../../api/client.ts";
import { changePerson, type Person, type PersonChange, personQuery } from "../../api/people.ts";
import { toast } from "../../ui/toast.tsx";

const SIGNED_OUT = 401;
const STALE = 412;

interface Saving {
    readonly save: (change: PersonChange) => void;
    readonly busy: boolean;
    /** field -> what is wrong with it */
    readonly faults: Problem["fields"];
    /** What concerns no field. */
    readonly said: string | null;
}

/** Save a person; afterwards it can be taken back, as long as nobody has changed them since. */
export function useSavePerson(person: Person, onSaved: () => void): Saving {
    const { t } = useTranslation();
    const client = useQueryClient();
    const saving = useMutation({
        mutationFn: (change: PersonChange) => changePerson(person, change),
        onSuccess: (saved, change) => {
            keep(saved);
            onSaved();
            toast(t("person.saved", { name: saved.name }), {
                label: t("form.undo"),
                undo: () => undoing.mutate({ saved, before: former(person, change) }),
            });
        },
        onError: (error) => {
            if (error instanceof Problem && error.status === STALE) {
                void client.invalidateQueries({ queryKey: personQuery(person.id).queryKey });
            }
        },
    });
    const undoing = useMutation({
        mutationFn: ({ saved, before }: { saved: Person; before: PersonChange }) =>
            changePerson(saved, before),
        onSuccess: (restored) => {
            keep(restored);
            toast(t("person.restored", { name: restored.name }));
        },
        onError: () => toast(t("person.tooLate")),
    });
    const { error } = saving;
    const faults = error instanceof Problem ? error.fields : {};
    return {
        save: saving.mutate,
        busy: saving.isPending,
        faults,
        said: error && Object.keys(faults).length === 0 ? sentence(error) : null,
    };

    function keep(saved: Person): void {
        client.setQueryData(personQuery(saved.id).queryKey, saved);
        void client.invalidateQueries({ queryKey: ["people", "list"] });
    }

    function sentence(fault: Error): string {
        if (!(fault instanceof Problem)) {
            return t("fault.unreachable");
        }
        if (fault.status === SIGNED_OUT) {
            return t("form.ended");
        }
        return fault.status === STALE ? t("form.stale") : fault.detail;
    }
}

function former(person: Person, change: PersonChange): PersonChange {
    const keys = Object.keys(change) as (keyof PersonChange)[];
    return Object.fromEntries(keys.map((key) => [key, person[key]]));
}
