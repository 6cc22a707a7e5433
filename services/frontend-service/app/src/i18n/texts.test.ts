import { expect, test } from "vitest";
import en from "./en.json";
import ur from "./ur.json";

type Texts = { [key: string]: string | Texts };

test("both languages have the same texts, with the same things inserted", () => {
    expect(shape(ur)).toEqual(shape(en));
});

test("no text is empty, and Urdu's are in its own letters", () => {
    const latin = ["app.name"];
    for (const [key, text] of flat(ur)) {
        expect(text, key).not.toBe("");
        if (!latin.includes(key)) {
            expect(text, key).toMatch(/[\u0600-\u06FF]/);
        }
    }
});

/** Every key, with the names in double braces of its text. */
function shape(texts: Texts): Record<string, string[]> {
    return Object.fromEntries(
        flat(texts).map(([key, text]) => [
            key,
            [...text.matchAll(/{{(\w+)}}/g)].map(String).sort(),
        ]),
    );
}

function flat(texts: Texts, before = ""): [string, string][] {
    return Object.entries(texts).flatMap(([key, value]) =>
        typeof value === "string" ? [[`${before}${key}`, value]] : flat(value, `${before}${key}.`),
    ) as [string, string][];
}
