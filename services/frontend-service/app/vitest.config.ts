import { mergeConfig } from "vite";
import { defineConfig } from "vitest/config";
import app from "./vite.config.ts";

export default mergeConfig(
    app,
    defineConfig({
        test: {
            environment: "jsdom",
            include: ["src/**/*.test.{ts,tsx}"],
            setupFiles: ["src/testing/setup.ts"],
            sequence: { shuffle: true },
            testTimeout: 30_000, // a busy machine; nothing waits this long where it works
        },
    }),
);
