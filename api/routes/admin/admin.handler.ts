import type { RouteHandler } from "@hono/zod-openapi";
import { Command } from "../../../engine/core/command.ts";
import { CommandKind } from "../../../engine/core/terms.ts";
import { caller } from "../../auth/middleware.ts";
import { allGroups, groupPlan, merge } from "../../commands/cancel-all.ts";
import { planCancel } from "../../commands/change.ts";
import { execute, executeAll } from "../../commands/execute.ts";
import { planDefine, planStatus, specOf } from "../../commands/symbols.ts";
import { isProblem, targetById } from "../../commands/target.ts";
import type { ApiServices, AppEnv } from "../../context.ts";
import { derivedId, newId } from "../../convert/ids.ts";
import { once } from "../../idempotency/once.ts";
import { problem } from "../../problem.ts";
import { refuse, respond } from "../../respond.ts";
import { SYMBOL_STATUSES } from "../../schemas/names.ts";
import { symbolOfPath } from "../symbols/symbols.handler.ts";
import type { AdminCancelRoute, DefineSymbolRoute, KillSwitchRoute, SetStatusRoute } from "./admin.route.ts";

const DEFAULT_GROUP = "main";

export function defineSymbolHandler(services: ApiServices): RouteHandler<DefineSymbolRoute, AppEnv> {
  return async (context) => {
    const { userId } = caller(context);
    const body = context.req.valid("json");
    const group = body.group ?? services.settings.groups[0] ?? DEFAULT_GROUP;
    const groups = await allGroups(services);
    if (!groups.includes(group)) {
      const fault = {
        pointer: "/group",
        code: "VALIDATION_FAILED",
        detail: "a group that there is",
      } as const;
      return refuse<DefineSymbolRoute>(problem("VALIDATION_FAILED", { errors: [fault] }));
    }
    const checked = specOf(body, 1);
    if (isProblem(checked)) return refuse<DefineSymbolRoute>(checked);
    const answer = await once(services, context, userId, newId(services, 0), async (commandId, resent) => {
      await services.symbols.refresh();
      const existing = await services.symbols.named(body.symbol);
      if (existing !== undefined && !resent) {
        const conflict = problem("SYMBOL_EXISTS");
        return { status: conflict.status, body: conflict, certain: true };
      }
      const spec = { ...checked, symbol: await services.reads.reserveSymbolNumber(body.symbol) };
      return execute(services, planDefine(services, commandId, { spec, group }), "RESULT", resent);
    });
    return respond<DefineSymbolRoute>(answer);
  };
}

export function setStatusHandler(services: ApiServices): RouteHandler<SetStatusRoute, AppEnv> {
  return async (context) => {
    const { userId } = caller(context);
    const listed = await symbolOfPath(services, context.req.valid("param").symbol);
    const status = SYMBOL_STATUSES[context.req.valid("json").status];
    const freshId = newId(services, listed.spec.symbol);
    const answer = await once(services, context, userId, freshId, (commandId, resent) =>
      execute(services, planStatus(services, commandId, listed, status), "RESULT", resent),
    );
    return respond<SetStatusRoute>(answer);
  };
}

export function killSwitchHandler(services: ApiServices): RouteHandler<KillSwitchRoute, AppEnv> {
  return async (context) => {
    const admin = caller(context);
    const { userId } = context.req.valid("param");
    const { enabled } = context.req.valid("json");
    const answer = await once(services, context, admin.userId, newId(services, 0), async (baseId, resent) => {
      const groups = await allGroups(services);
      const plans = groups.map((group, position) => {
        const command = new Command();
        command.kind = CommandKind.KillSwitch;
        command.userId = userId;
        command.enabled = enabled;
        return groupPlan(services, group, command, derivedId(baseId, position, 0));
      });
      return merge(await executeAll(services, plans, "RESULT", resent));
    });
    return respond<KillSwitchRoute>(answer);
  };
}

export function adminCancelHandler(services: ApiServices): RouteHandler<AdminCancelRoute, AppEnv> {
  return async (context) => {
    const { userId } = caller(context);
    const target = await targetById(services, context.req.valid("param").orderId);
    if (isProblem(target)) return refuse<AdminCancelRoute>(target);
    const { responseType = "RESULT" } = context.req.valid("query");
    const freshId = newId(services, target.listed.spec.symbol);
    const answer = await once(services, context, userId, freshId, (commandId, resent) => {
      const plan = planCancel(services, { userId, commandId, target, responseType }, true);
      return execute(services, plan, responseType, resent);
    });
    return respond<AdminCancelRoute>(answer);
  };
}
