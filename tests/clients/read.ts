// Compiles only if the types that openapi-typescript made say what answers hold.
import type { components } from "./vigie";

type Schemas = components["schemas"];

export function told(explanation: Schemas["Explanation"], trace: Schemas["Trace"], judgement: Schemas["Judgement"]): string {
    const level: Schemas["Level"] | undefined = judgement.level;
    const missing: string[] = (judgement.missing ?? []).map((one) => one.field);
    const line: number = trace.steps[0].line;
    const outcome: "level" | "unknown" | "failed" = explanation.outcome;
    return [explanation.definition.title, outcome, level, line, ...missing].join(" ");
}
