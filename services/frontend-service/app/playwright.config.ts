import { defineConfig } from "@playwright/test";

// The stack's address, or another's that serves the built files.
const address = process.env.HDMS_ADDRESS ?? "http://127.0.0.1:8080";

export default defineConfig({
    testDir: "e2e",
    timeout: 120_000,
    expect: { timeout: 30_000 },
    workers: 1,
    reporter: "list",
    use: {
        baseURL: address,
        launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium" },
        trace: "retain-on-failure",
    },
});
