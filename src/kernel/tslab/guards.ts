/**
 * Makes cells interruptible: a check at the start of every loop body and after every await, as a transformation of the
 * cell's JavaScript. Dynamic import becomes a call as well, so that `ringlab` is found from any folder.
 */
import ts from "typescript";

/** Globals that transformed cells call. */
export const GUARD = "__ringlab_guard__";
export const IMPORT = "__ringlab_import__";

const { factory } = ts;

/** A variable of an earlier cell, as tslab writes it. Called as a method, it would get tslab's own object for `this`. */
const isEarlier = (callee: ts.Expression): boolean =>
  ts.isPropertyAccessExpression(callee) &&
  ts.isIdentifier(callee.expression) &&
  callee.expression.text === "exports";

/** `cell` numbers the code outside of functions: only that is sure to belong to the running of this cell. */
export function guards(cell: number): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => {
    const guard = (inFunction: boolean, ...value: ts.Expression[]): ts.Expression =>
      factory.createCallExpression(factory.createIdentifier(GUARD), undefined, [
        factory.createNumericLiteral(inFunction ? 0 : cell),
        ...value,
      ]);

    const guardBody = (body: ts.Statement, inFunction: boolean): ts.Statement => {
      const check = factory.createExpressionStatement(guard(inFunction));
      return ts.isBlock(body)
        ? factory.updateBlock(body, [check, ...body.statements])
        : factory.createBlock([check, body]);
    };

    const visitIn =
      (inFunction: boolean) =>
      (node: ts.Node): ts.Node => {
        const inner = inFunction || ts.isFunctionLike(node);
        const visited = ts.visitEachChild(node, visitIn(inner), context);
        if (ts.isForStatement(visited))
          return factory.updateForStatement(
            visited,
            visited.initializer,
            visited.condition,
            visited.incrementor,
            guardBody(visited.statement, inner),
          );
        if (ts.isForOfStatement(visited))
          return factory.updateForOfStatement(
            visited,
            visited.awaitModifier,
            visited.initializer,
            visited.expression,
            guardBody(visited.statement, inner),
          );
        if (ts.isForInStatement(visited))
          return factory.updateForInStatement(
            visited,
            visited.initializer,
            visited.expression,
            guardBody(visited.statement, inner),
          );
        if (ts.isWhileStatement(visited))
          return factory.updateWhileStatement(
            visited,
            visited.expression,
            guardBody(visited.statement, inner),
          );
        if (ts.isDoStatement(visited))
          return factory.updateDoStatement(visited, guardBody(visited.statement, inner), visited.expression);
        if (ts.isAwaitExpression(visited)) return guard(inner, visited);
        if (ts.isCallExpression(visited) && isEarlier(visited.expression)) {
          const callee = factory.createComma(factory.createNumericLiteral(0), visited.expression);
          return factory.updateCallExpression(
            visited,
            factory.createParenthesizedExpression(callee),
            undefined,
            visited.arguments,
          );
        }
        if (ts.isCallExpression(visited) && visited.expression.kind === ts.SyntaxKind.ImportKeyword)
          return factory.updateCallExpression(
            visited,
            factory.createIdentifier(IMPORT),
            undefined,
            visited.arguments,
          );
        return visited;
      };
    return ts.visitEachChild(file, visitIn(false), context);
  };
}
