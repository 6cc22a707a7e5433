import { HttpResponse } from "msw";

/** An error, as every service has it. */
export function problem(status: number, errors: Record<string, string[]> = {}) {
    return HttpResponse.json(
        { type: "about:blank", title: "Problem", status, detail: `Problem ${status}.`, errors },
        {
            status,
            headers: {
                "Content-Type": "application/problem+json",
                "X-Request-ID": "4f0c2a9be1d84d0c",
            },
        },
    );
}
