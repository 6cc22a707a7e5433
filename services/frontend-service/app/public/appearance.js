// Before the first paint: colours, language and direction as they were chosen last time, so that
// nothing flashes. src/i18n/languages.ts and src/theme/Theme.tsx keep the choice.
(() => {
    let language = null;
    let scheme = null;
    try {
        language = localStorage.getItem("hdms.language");
        scheme = localStorage.getItem("hdms.colours");
    } catch {
        // Storage is switched off: the system's own preferences hold.
    }
    language = language || (navigator.language.startsWith("ur") ? "ur" : "en");
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const root = document.documentElement;
    root.lang = language;
    root.dir = language === "ur" ? "rtl" : "ltr";
    root.dataset.mantineColorScheme =
        scheme === "dark" || scheme === "light" ? scheme : dark ? "dark" : "light";
})();
