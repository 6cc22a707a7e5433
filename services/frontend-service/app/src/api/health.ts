/** How the services are: asked through the front door, without being signed in. */
import { send } from "./client.ts";

const PATIENCE_MS = 10_000;

export interface Dependency {
    readonly status: "up" | "down";
    readonly latency_ms: number;
}
export interface Health {
    readonly service: string;
    readonly state: "ready" | "unavailable" | "silent";
    readonly milliseconds: number;
    readonly dependencies: Readonly<Record<string, Dependency>>;
}

/** Whatever happens, the answer says what to show. */
export async function health(service: string): Promise<Health> {
    const begin = performance.now();
    try {
        const signal = AbortSignal.timeout(PATIENCE_MS);
        const response = await send(`/health/${service}`, { signal });
        const told = (await response.json()) as {
            service?: string;
            status?: string;
            dependencies?: Health["dependencies"];
        };
        const own = told.service === service;
        return {
            service,
            state: own && response.ok && told.status === "ready" ? "ready" : "unavailable",
            milliseconds: Math.round(performance.now() - begin),
            dependencies: (own && told.dependencies) || {},
        };
    } catch {
        const milliseconds = Math.round(performance.now() - begin);
        return { service, state: "silent", milliseconds, dependencies: {} };
    }
}
