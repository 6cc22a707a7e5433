import type { Page } from "@playwright/test";
import { getResponse } from "msw";
import { createDesk, type Desk, handlers } from "../src/testing/desk.ts";

/** What of an address a desk of the test's own answers in the place of the services. */
const OF_SERVICES = /\/(api|health)\//;

/** Put a desk of the test's own behind the real front door, which serves all the rest. */
export async function before(page: Page, change: Partial<Desk>): Promise<Desk> {
    const desk = createDesk(change);
    const answering = handlers(desk);
    await page.route(OF_SERVICES, async (route) => {
        const asked = route.request();
        const request = new Request(asked.url(), {
            method: asked.method(),
            headers: asked.headers(),
            body: asked.postData(),
        });
        const answer = await getResponse(answering, request);
        if (!answer) {
            throw new Error(`nothing answers ${asked.method()} ${asked.url()}`);
        }
        await route.fulfill({
            status: answer.status,
            headers: Object.fromEntries(answer.headers),
            body: await answer.text(),
        });
    });
    return desk;
}
