import { Button, Group, Modal, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { resumeSession, useSessionEnded } from "../../api/ended.ts";
import type { Person } from "../../api/people.ts";
import { type Standing, sessionQuery } from "../../api/session.ts";
import { CodeForm } from "./CodeForm.tsx";
import { SignInForm } from "./SignInForm.tsx";

/** Signs in again over the screen, which stays as it is with all that was typed into it. */
export function SessionEnded({ person }: { person: Person }) {
    const { t } = useTranslation();
    const client = useQueryClient();
    const ended = useSessionEnded();
    const [step, setStep] = useState<Standing["state"]>("out");
    function take(reached: Standing): void {
        setStep(reached.state);
        if (reached.state !== "in") {
            return;
        }
        if (String(reached.id) !== String(person.id)) {
            window.location.assign("/"); // another person: nothing of this one's may stay
            return;
        }
        client.setQueryData(sessionQuery.queryKey, reached);
        resumeSession();
        setStep("out");
        void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" });
    }
    return (
        <Modal
            opened={ended}
            onClose={() => undefined}
            withCloseButton={false}
            closeOnEscape={false}
            closeOnClickOutside={false}
            title={t("ended.title")}
        >
            <Text>{t("ended.safe")}</Text>
            {step === "second-factor" ? (
                <CodeForm onStanding={take} />
            ) : (
                <SignInForm name={person.employee_code} onStanding={take} />
            )}
            <Group justify="center" mt="sm">
                <Button variant="subtle" onClick={() => window.location.assign("/sign-in")}>
                    {t("ended.leave")}
                </Button>
            </Group>
        </Modal>
    );
}
