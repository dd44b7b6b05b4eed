// Arithmetic over ids as study/formulas.py computes it: numbers, ids and their ends, + - * /, min, max, floor, ceil; never run as a program.
var FORMULA = (function () {
  "use strict";
  var SIGN = /\s*(?:(\d+(?:\.\d+)?(?:e[-+]?\d+)?)|([A-Za-z]\w*)(?:\.(\w+))?|([-+*\/(),]))/y;
  var CALLED = { min: Math.min, max: Math.max, floor: Math.floor, ceil: Math.ceil };
  var DONE = { "+": function (a, b) { return a + b; }, "-": function (a, b) { return a - b; },
    "*": function (a, b) { return a * b; }, "/": function (a, b) { return a / b; } };

  // What an expression is: a function from what its ids stand for to its value, two of them in brackets to two values; and its ids.
  function read(text) {
    var signs = [], at = 0, match, names = [];
    text = text.trim();
    while (at < text.length) {
      SIGN.lastIndex = at;
      match = SIGN.exec(text);
      if (!match) { throw new Error("no formula: " + text); }
      at = SIGN.lastIndex;
      signs.push(match);
    }
    var place = 0;

    function next(sign) {
      var is = place < signs.length && signs[place][4] === sign;
      place += is ? 1 : 0;
      return is;
    }
    function must(sign) { if (!next(sign)) { throw new Error("no " + sign + " in " + text); } }
    function row(lower, ops) {
      var left = lower(), op;
      while ((op = ops.filter(next)[0])) { left = joined(DONE[op], left, lower()); }
      return left;
    }
    function joined(done, left, right) { return function (named) { return done(left(named), right(named)); }; }
    function sum() { return row(product, ["+", "-"]); }
    function product() { return row(one, ["*", "/"]); }
    function several() {
      var found = [sum()];
      while (next(",")) { found.push(sum()); }
      must(")");
      return found;
    }
    function one() {
      if (next("-")) { var turned = one(); return function (named) { return -turned(named); }; }
      if (next("(")) {
        var inside = several();
        if (inside.length === 1) { return inside[0]; }
        return function (named) { return inside.map(function (each) { return each(named); }); };
      }
      var sign = signs[place] || [];
      place += 1;
      if (sign[1]) { return function () { return Number(sign[1]); }; }
      if (sign[2] && next("(")) {
        var given = several(), call = CALLED[sign[2]];
        return function (named) { return call.apply(null, given.map(function (each) { return each(named); })); };
      }
      if (!sign[2]) { throw new Error("no number in " + text); }
      names.push(sign[2]);
      return function (named) { return named(sign[2], sign[3] || ""); };
    }

    var whole = sum();
    if (place < signs.length) { throw new Error("more than a formula: " + text); }
    return { value: whole, names: names };
  }
  return { read: read };
})();
