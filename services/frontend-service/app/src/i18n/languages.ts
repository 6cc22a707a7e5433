import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type texts from "./en.json";

export const LANGUAGES = {
    en: { name: "English", direction: "ltr" },
    ur: { name: "اردو", direction: "rtl" },
} as const;
export type Language = keyof typeof LANGUAGES;

const STORED = "hdms.language"; // public/appearance.js reads it, too

const LOADERS: Record<Language, () => Promise<{ default: typeof texts }>> = {
    en: () => import("./en.json"),
    ur: () => import("./ur.json"),
};

export function isLanguage(word: string | null | undefined): word is Language {
    return word === "en" || word === "ur";
}

export function directionOf(language: string): "ltr" | "rtl" {
    return isLanguage(language) ? LANGUAGES[language].direction : "ltr";
}

/** Load the texts of the language that the page was opened in. */
export async function beginToSpeak(): Promise<void> {
    const { lang } = document.documentElement;
    await i18next.use(initReactI18next).init({
        fallbackLng: false, // a text without both languages fails a test, and is not mixed in
        resources: {},
        interpolation: { escapeValue: false }, // React does
    });
    await speak(isLanguage(lang) ? lang : "en");
}

/** Change the language of everything; the browser keeps the choice. */
export async function speak(language: Language): Promise<void> {
    const { default: loaded } = await LOADERS[language]();
    i18next.addResourceBundle(language, "translation", loaded);
    await i18next.changeLanguage(language);
    document.documentElement.lang = language;
    document.documentElement.dir = directionOf(language);
    try {
        localStorage.setItem(STORED, language);
    } catch {
        // Storage is switched off: it is asked for again next time.
    }
}
