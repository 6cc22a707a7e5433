import { expect, test } from "vitest";
import { TOKENS, TONES } from "./tokens.ts";

const SCHEMES = Object.entries(TOKENS);

test.each(SCHEMES)("in %s, text is readable on every surface that it stands on", (_, tokens) => {
    for (const surface of [tokens.surface, tokens.raised, tokens.hover]) {
        expect(contrast(tokens.text, surface)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(tokens.quiet, surface)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(tokens.accent, surface)).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(tokens.accent, tokens.accentSurface)).toBeGreaterThanOrEqual(4.5);
    for (const tone of TONES) {
        expect(
            contrast(tokens.tones[tone].text, tokens.tones[tone].surface),
        ).toBeGreaterThanOrEqual(4.5);
        expect(contrast(tokens.tones[tone].text, tokens.surface)).toBeGreaterThanOrEqual(4.5);
    }
});

test.each(SCHEMES)("in %s, shapes and the edges of fields are seen", (_, tokens) => {
    for (const surface of [tokens.surface, tokens.raised]) {
        expect(contrast(tokens.edge, surface)).toBeGreaterThanOrEqual(3);
        for (const tone of TONES) {
            expect(contrast(tokens.tones[tone].shape, surface)).toBeGreaterThanOrEqual(3);
        }
    }
});

/** The contrast of two colours, by WCAG 2.2. */
function contrast(one: string, other: string): number {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

function luminance(colour: string): number {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
        const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
