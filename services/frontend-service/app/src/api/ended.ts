import { useSyncExternalStore } from "react";

/** Whether a service has said, in the middle of work, that nobody is signed in any more. */
let ended = false;
const listeners = new Set<() => void>();

export function endSession(): void {
    change(true);
}

export function resumeSession(): void {
    change(false);
}

export function useSessionEnded(): boolean {
    return useSyncExternalStore(subscribe, () => ended);
}

function subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
}

function change(to: boolean): void {
    ended = to;
    for (const listener of listeners) {
        listener();
    }
}
