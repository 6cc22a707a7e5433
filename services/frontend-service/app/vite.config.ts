import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `npm run dev` shows the source beside a running stack.
const frontDoor = process.env.HDMS_ADDRESS ?? "http://127.0.0.1:8080";

export default defineConfig({
    plugins: [react()],
    build: {
        assetsInlineLimit: 0, // the policy of nginx.conf.template allows no data: addresses
        modulePreload: { polyfill: false },
        reportCompressedSize: false,
    },
    html: { cspNonce: "__CSP_NONCE__" }, // nginx puts a new one into each answer
    server: {
        proxy: Object.fromEntries(
            ["/api", "/health", "/ws"].map((path) => [
                path,
                { target: frontDoor, ws: path === "/ws" },
            ]),
        ),
    },
});
