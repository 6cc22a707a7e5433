import {
    createTheme,
    DirectionProvider,
    localStorageColorSchemeManager,
    MantineProvider,
    useDirection,
} from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { directionOf } from "../i18n/languages.ts";
import { nonce } from "./nonce.ts";
import { variables } from "./tokens.ts";

const theme = createTheme({
    fontFamily: '"Noto Nastaliq Urdu", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
    fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
    lineHeights: { xs: "1.5", sm: "1.5", md: "1.5", lg: "1.5", xl: "1.5" },
    primaryColor: "indigo",
    primaryShade: { light: 8, dark: 8 },
    defaultRadius: "md",
    focusRing: "never", // base.css has one for everything
    respectReducedMotion: true,
    headings: {
        fontWeight: "700",
        sizes: { h1: { fontSize: "1.5rem" }, h2: { fontSize: "1.125rem" } },
    },
    components: {
        Modal: { defaultProps: { centered: true, transitionProps: { duration: 120 } } },
        Drawer: { defaultProps: { transitionProps: { duration: 150 } } },
        ModalHeader: { defaultProps: { role: "presentation" } }, // else axe takes it for a banner
        Menu: { defaultProps: { transitionProps: { duration: 100 } } },
        TextInput: { defaultProps: { dir: "auto" } },
    },
});

const schemes = localStorageColorSchemeManager({ key: "hdms.colours" });

function ours(scheme: "light" | "dark"): Record<string, string> {
    return {
        ...variables(scheme),
        "--mantine-color-body": "var(--hd-surface)",
        "--mantine-color-text": "var(--hd-text)",
        "--mantine-color-dimmed": "var(--hd-quiet)",
        "--mantine-color-placeholder": "var(--hd-quiet)",
        "--mantine-color-error": "var(--hd-late-text)",
        "--mantine-color-anchor": "var(--hd-accent)",
        "--mantine-color-default": "var(--hd-raised)",
        "--mantine-color-default-hover": "var(--hd-hover)",
        "--mantine-color-default-border": "var(--hd-line)",
        "--mantine-color-indigo-light": "var(--hd-accent-surface)",
        "--mantine-color-indigo-light-color": "var(--hd-accent)",
        "--mantine-color-indigo-outline": "var(--hd-accent)",
    };
}

/** Colours, font and direction for all that is inside. */
export function Theme({ children }: { children: ReactNode }) {
    return (
        <DirectionProvider
            initialDirection={document.documentElement.dir === "rtl" ? "rtl" : "ltr"}
        >
            <MantineProvider
                theme={theme}
                defaultColorScheme="auto"
                colorSchemeManager={schemes}
                cssVariablesResolver={() => ({
                    variables: {},
                    light: ours("light"),
                    dark: ours("dark"),
                })}
                getStyleNonce={nonce}
                env={import.meta.env.MODE === "test" ? "test" : "default"}
            >
                <Direction />
                {children}
            </MantineProvider>
        </DirectionProvider>
    );
}

/** Keeps the frame's direction that of the language. */
function Direction() {
    const { i18n } = useTranslation();
    const { setDirection } = useDirection();
    useEffect(() => setDirection(directionOf(i18n.language)), [i18n.language, setDirection]);
    return null;
}
