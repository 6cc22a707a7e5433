/**
 * Every colour of the application. A text keeps 4.5:1 against the surfaces that it stands on,
 * a shape 3:1 (tokens.test.ts). Components name a token, never a colour.
 */

export type Scheme = "light" | "dark";

/** The five meanings that a colour may have; a word and a shape say the same beside it. */
export const TONES = ["waiting", "working", "done", "late", "refused"] as const;
export type Tone = (typeof TONES)[number];

interface Tokens {
    readonly surface: string;
    readonly raised: string;
    readonly hover: string;
    readonly line: string;
    /** The border of what one can fill in or press. */
    readonly edge: string;
    readonly text: string;
    readonly quiet: string;
    readonly accent: string;
    readonly accentSurface: string;
    readonly tones: Readonly<Record<Tone, { text: string; surface: string; shape: string }>>;
}

export const TOKENS: Readonly<Record<Scheme, Tokens>> = {
    light: {
        surface: "#ffffff",
        raised: "#ffffff",
        hover: "#f3f4f7",
        line: "#dfe2e8",
        edge: "#838a97",
        text: "#1b1e25",
        quiet: "#59616e",
        accent: "#3b5bdb",
        accentSurface: "#e7ecfd",
        tones: {
            waiting: { text: "#6b4a00", surface: "#fff2c7", shape: "#a87400" },
            working: { text: "#2a45b3", surface: "#e3e9fd", shape: "#3b5bdb" },
            done: { text: "#0a5c40", surface: "#d9f5e8", shape: "#0c8a5f" },
            late: { text: "#9c1c1c", surface: "#ffe3e3", shape: "#d92d2d" },
            refused: { text: "#474d58", surface: "#e8eaee", shape: "#69707d" },
        },
    },
    dark: {
        surface: "#1d1f24",
        raised: "#272a31",
        hover: "#2b2f37",
        line: "#3a3f49",
        edge: "#7b8391",
        text: "#dfe2e8",
        quiet: "#a3abb8",
        accent: "#93a8ff",
        accentSurface: "#2a3358",
        tones: {
            waiting: { text: "#ffdf85", surface: "#463600", shape: "#d9a92b" },
            working: { text: "#c2ceff", surface: "#2a3358", shape: "#7c95ff" },
            done: { text: "#8ce8c2", surface: "#0e3b2b", shape: "#35b887" },
            late: { text: "#ffb8b8", surface: "#551a1a", shape: "#ff6b6b" },
            refused: { text: "#ced3dc", surface: "#383d47", shape: "#949ca9" },
        },
    },
};

/** The CSS variables of a scheme: `--hd-text`, `--hd-late-surface`. */
export function variables(scheme: Scheme): Record<string, string> {
    const { tones, ...plain } = TOKENS[scheme];
    const named = Object.entries(plain).map(([name, value]) => [`--hd-${dashed(name)}`, value]);
    const toned = TONES.flatMap((tone) =>
        Object.entries(tones[tone]).map(([part, value]) => [`--hd-${tone}-${part}`, value]),
    );
    return Object.fromEntries([...named, ...toned]);
}

function dashed(name: string): string {
    return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
