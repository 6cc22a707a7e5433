import { setNonce } from "get-nonce";

/** The nonce that nginx put into this page: only styles that carry it are taken. */
export function nonce(): string {
    return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
}

/** Tell it to what locks scrolling under a dialog. */
export function spreadNonce(): void {
    setNonce(nonce());
}
