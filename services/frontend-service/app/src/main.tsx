import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "@mantine/spotlight/styles.layer.css";
import "./theme/fonts.css";
import "./theme/base.css";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createQueryClient } from "./api/queries.ts";
import { beginToSpeak } from "./i18n/languages.ts";
import { createAppRouter } from "./routes/router.tsx";
import { spreadNonce } from "./theme/nonce.ts";
import { Theme } from "./theme/Theme.tsx";

// A page that was opened before an update asks for files that are gone: the new page has its own.
window.addEventListener("vite:preloadError", () => window.location.reload());

spreadNonce();
await beginToSpeak();
const client = createQueryClient();
const router = createAppRouter(client);
const place = document.getElementById("root");
if (place) {
    createRoot(place).render(
        <StrictMode>
            <Theme>
                <QueryClientProvider client={client}>
                    <Notifications position="bottom-right" />
                    <RouterProvider router={router} />
                </QueryClientProvider>
            </Theme>
        </StrictMode>,
    );
}
