import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { type Person, personQuery } from "../api/people.ts";
import { sessionQuery, signOut } from "../api/session.ts";

/** Who is signed in; only for what stands inside. */
export function useMe(): Person {
    const { data: standing } = useSuspenseQuery(sessionQuery);
    return useSuspenseQuery(personQuery(standing.state === "in" ? standing.id : "")).data;
}

/** Leave, with nothing of this person kept in the page. */
export function useSignOut(): () => void {
    const client = useQueryClient();
    return () => {
        void signOut().finally(() => {
            client.clear();
            window.location.assign("/sign-in");
        });
    };
}
