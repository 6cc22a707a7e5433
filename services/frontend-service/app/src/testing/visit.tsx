import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll } from "vitest";
import { createQueryClient } from "../api/queries.ts";
import { beginToSpeak } from "../i18n/languages.ts";
import { createAppRouter } from "../routes/router.tsx";
import { Theme } from "../theme/Theme.tsx";
import { createDesk, type Desk, handlers } from "./desk.ts";

const server = setupServer();

/** Stands before a file's tests that visit the application. */
export function withServer(): void {
    beforeAll(async () => {
        document.documentElement.lang = "en";
        await beginToSpeak();
        server.listen();
    });
    afterEach(() => server.resetHandlers());
    afterAll(() => server.close());
}

/** Open an address of the whole application, on a help desk of the test's own. */
export function visit(address: string, change: Partial<Desk> = {}) {
    const desk = createDesk(change);
    server.use(...handlers(desk));
    const client = createQueryClient();
    client.setDefaultOptions({ queries: { ...client.getDefaultOptions().queries, retry: false } });
    const router = createAppRouter(client);
    router.update({
        ...router.options,
        history: createMemoryHistory({ initialEntries: [address] }),
    });
    render(
        <Theme>
            <QueryClientProvider client={client}>
                <Notifications />
                <RouterProvider router={router} />
            </QueryClientProvider>
        </Theme>,
    );
    return { desk, router, user: userEvent.setup() };
}
