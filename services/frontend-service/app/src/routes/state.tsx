import { useQuery } from "@tanstack/react-query";
import { personQuery } from "../api/people.ts";
import { sessionQuery } from "../api/session.ts";
import { State } from "../features/state/State.tsx";
import { Bare } from "../ui/Bare.tsx";
import { Inside } from "./Inside.tsx";

/** In the frame of who is signed in; without one, if that cannot be asked. */
export function StateScreen() {
    const { data: standing } = useQuery({ ...sessionQuery, retry: false });
    const id = standing?.state === "in" ? standing.id : "";
    const { data: person } = useQuery({ ...personQuery(id), enabled: id !== "", retry: false });
    return person ? (
        <Inside>
            <State />
        </Inside>
    ) : (
        <Bare>
            <State />
        </Bare>
    );
}
