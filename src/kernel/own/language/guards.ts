/**
 * Makes code interruptible, cells and local files alike. JavaScript can be stopped only where it looks, so it is made to
 * look:
 *
 *     while (busy) work();            while (busy) { if ($$flag[0]) $$stop(); work(); }
 *     function f() { work(); }        function f() { if ($$flag[0]) $$stop(); work(); }
 *     (x) => x + 1                    (x) => ($$flag[0] && $$stop(), x + 1)
 *     await x                         $$resume($$epoch(), await x)
 *     for await (const v of s) …      for await (const v of $$each(s)) …
 *     catch (e) { … }                 catch (e) { $$caught(e); … }
 *
 * The flag lives in shared memory and stays up until the event loop turns, so that it ends every frame of a busy stack;
 * the epoch ends what was suspended in an await meanwhile. `catch` lets the interrupt through, or a loop with a `try`
 * around its body would run forever.
 */
import ts from "typescript";
import type { HelperNames } from "./helpers.ts";

export function guards(names: HelperNames): ts.TransformerFactory<ts.SourceFile> {
  return (context) => {
    const { factory } = context;
    const call = (name: string, ...args: ts.Expression[]) =>
      factory.createCallExpression(factory.createIdentifier(name), undefined, args);
    const raised = () =>
      factory.createElementAccessExpression(
        factory.createIdentifier(names.flag),
        factory.createNumericLiteral(0),
      );
    const guard = () =>
      factory.createIfStatement(raised(), factory.createExpressionStatement(call(names.stop)));

    const guardBlock = (block: ts.Block): ts.Block => {
      const prologue = block.statements.findIndex((statement) => !isDirective(statement));
      const at = prologue < 0 ? block.statements.length : prologue;
      const statements = [...block.statements.slice(0, at), guard(), ...block.statements.slice(at)];
      return factory.updateBlock(block, statements);
    };
    const guardLoop = (body: ts.Statement): ts.Block =>
      ts.isBlock(body) ? guardBlock(body) : factory.createBlock([guard(), body]);

    const guardBody = <T extends ts.ConciseBody>(body: T): ts.ConciseBody => {
      if (ts.isBlock(body)) return guardBlock(body);
      const check = factory.createLogicalAnd(raised(), call(names.stop));
      return factory.createParenthesizedExpression(factory.createComma(check, body as ts.Expression));
    };

    const guardCatch = (clause: ts.CatchClause): ts.CatchClause => {
      const declared = clause.variableDeclaration;
      const plain = declared && ts.isIdentifier(declared.name) ? declared.name : undefined;
      const error = plain ?? factory.createUniqueName("error");
      const first: ts.Statement[] = [factory.createExpressionStatement(call(names.caught, error))];
      if (declared && !plain) {
        const again = factory.createVariableDeclaration(declared.name, undefined, undefined, error);
        first.push(
          factory.createVariableStatement(
            undefined,
            factory.createVariableDeclarationList([again], ts.NodeFlags.Let),
          ),
        );
      }
      const variable = plain ? declared : factory.createVariableDeclaration(error);
      const block = factory.updateBlock(clause.block, [...first, ...clause.block.statements]);
      return factory.updateCatchClause(clause, variable, block);
    };

    const visit = (original: ts.Node): ts.Node => {
      if (ts.isTypeNode(original) && !ts.isExpressionWithTypeArguments(original)) return original;
      const node = ts.visitEachChild(original, visit, context);
      if (ts.isAwaitExpression(node)) return call(names.resume, call(names.epoch), node);
      if (ts.isCatchClause(node)) return guardCatch(node);
      if (ts.isWhileStatement(node))
        return factory.updateWhileStatement(node, node.expression, guardLoop(node.statement));
      if (ts.isDoStatement(node))
        return factory.updateDoStatement(node, guardLoop(node.statement), node.expression);
      if (ts.isForStatement(node)) {
        const { initializer, condition, incrementor, statement } = node;
        return factory.updateForStatement(node, initializer, condition, incrementor, guardLoop(statement));
      }
      if (ts.isForInStatement(node))
        return factory.updateForInStatement(
          node,
          node.initializer,
          node.expression,
          guardLoop(node.statement),
        );
      if (ts.isForOfStatement(node)) {
        const source = node.awaitModifier ? call(names.each, node.expression) : node.expression;
        return factory.updateForOfStatement(
          node,
          node.awaitModifier,
          node.initializer,
          source,
          guardLoop(node.statement),
        );
      }
      if (ts.isArrowFunction(node)) {
        const { modifiers, typeParameters, parameters, type, equalsGreaterThanToken: arrow } = node;
        return factory.updateArrowFunction(
          node,
          modifiers,
          typeParameters,
          parameters,
          type,
          arrow,
          guardBody(node.body),
        );
      }
      if (ts.isFunctionDeclaration(node) && node.body) {
        const { modifiers, asteriskToken, name, typeParameters, parameters, type } = node;
        const body = guardBlock(node.body);
        return factory.updateFunctionDeclaration(
          node,
          modifiers,
          asteriskToken,
          name,
          typeParameters,
          parameters,
          type,
          body,
        );
      }
      if (ts.isFunctionExpression(node)) {
        const { modifiers, asteriskToken, name, typeParameters, parameters, type } = node;
        const body = guardBlock(node.body);
        return factory.updateFunctionExpression(
          node,
          modifiers,
          asteriskToken,
          name,
          typeParameters,
          parameters,
          type,
          body,
        );
      }
      if (ts.isMethodDeclaration(node) && node.body) {
        const { modifiers, asteriskToken, name, questionToken, typeParameters, parameters, type } = node;
        const body = guardBlock(node.body);
        return factory.updateMethodDeclaration(
          node,
          modifiers,
          asteriskToken,
          name,
          questionToken,
          typeParameters,
          parameters,
          type,
          body,
        );
      }
      return node;
    };
    return (file) => ts.visitEachChild(file, visit, context);
  };
}

function isDirective(statement: ts.Statement): boolean {
  return ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression);
}
