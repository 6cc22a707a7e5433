import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { Problem, Unreachable } from "./client.ts";
import { endSession } from "./ended.ts";

const PATIENCE = 3;

/** What the screens know of the server, kept while they are used. */
export function createQueryClient(): QueryClient {
    return new QueryClient({
        queryCache: new QueryCache({ onError: noticeEnd }),
        mutationCache: new MutationCache({ onError: noticeEnd }),
        defaultOptions: {
            queries: { staleTime: 30_000, retry: isWorthAnother },
            mutations: { retry: false },
        },
    });
}

function noticeEnd(error: Error): void {
    if (error instanceof Problem && error.status === 401) {
        endSession();
    }
}

/** An answer is an answer; only silence and "come back later" are asked again. */
function isWorthAnother(failures: number, error: Error): boolean {
    const away = error instanceof Unreachable || (error instanceof Problem && error.status >= 500);
    return away && failures < PATIENCE;
}
