"use strict";

const NAMES = {
    database: "Database",
    cache: "Cache",
    channel_layer: "Channel layer",
    celery_broker: "Celery broker",
    queue: "Queue",
};
const INTERVAL_MS = 5000;
const PATIENCE_MS = 10000;

/** Ask one service; whatever happens, the answer says what to show. */
async function ask(service) {
    const start = performance.now();
    try {
        const response = await fetch(`/health/${service}`, {
            cache: "no-store",
            signal: AbortSignal.timeout(PATIENCE_MS),
        });
        const answer = await response.json();
        const took = `${Math.round(performance.now() - start)} ms`;
        if (answer.service !== service) {
            return { state: "bad", text: answer.detail || "Unexpected answer", dependencies: {} };
        }
        const ready = response.ok && answer.status === "ready";
        return {
            state: ready ? "ready" : "bad",
            text: `${ready ? "Ready" : "Unavailable"} · ${took}`,
            dependencies: answer.dependencies || {},
        };
    } catch (error) {
        const text = error.name === "TimeoutError" ? "No answer in time" : "Unreachable";
        return { state: "bad", text, dependencies: {} };
    }
}

function element(name, text) {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
}

/** Set a text only where it changed, so that a screen reader is not told the same again. */
function say(where, text) {
    if (where.textContent !== text) where.textContent = text;
}

function show(card, { state, text, dependencies }) {
    const line = card.querySelector(".state");
    line.dataset.state = state;
    say(line, text);
    const rows = Object.entries(dependencies).flatMap(([name, { status, latency_ms }]) => {
        const found = element("dd", status === "up" ? `up · ${latency_ms.toFixed(0)} ms` : "down");
        found.dataset.state = status;
        return [element("dt", NAMES[name] || name), found];
    });
    card.querySelector("dl").replaceChildren(...rows);
}

function summarise(answers) {
    const summary = document.getElementById("summary");
    const bad = SERVICES.filter((_, index) => answers[index].state !== "ready");
    summary.dataset.state = bad.length ? "bad" : "ready";
    say(summary, bad.length ? `Not ready: ${bad.join(", ")}` : "Every service is ready.");
    say(document.getElementById("asked"), `Last at ${new Date().toLocaleTimeString()}.`);
}

const cards = SERVICES.map((service) => {
    const card = document.getElementById("service").content.firstElementChild.cloneNode(true);
    card.querySelector("h2").textContent = service;
    card.querySelector(".state").textContent = "Asking …";
    document.getElementById("services").append(card);
    return card;
});

async function refresh() {
    if (!document.hidden) {
        const answers = await Promise.all(SERVICES.map(ask));
        answers.forEach((answer, index) => show(cards[index], answer));
        summarise(answers);
    }
    setTimeout(refresh, INTERVAL_MS);
}

refresh();
