import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { meQuery, type Person } from "../api/people.ts";
import { signOut } from "../api/session.ts";

/** Who is signed in; only for what stands inside. */
export function useMe(): Person {
    return useSuspenseQuery(meQuery).data;
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
