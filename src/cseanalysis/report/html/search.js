// Search over all parts of all pages: every word must occur. First come cards whose number is what was asked, then headings that
// hold all words, then those that hold one. Thousands are found with and without commas.
(function () {
  "use strict";
  var SHOWN = 60, AROUND = 90;
  var input = document.getElementById("words"), found = document.getElementById("found"), hits = document.getElementById("hits");
  var texts = PARTS.map(function (part) { return plain(part[2] + " " + part[4] + " " + (part[5] || "")); });
  var heads = PARTS.map(function (part) { return " " + plain(part[2]).replace(/[^a-z0-9]+/g, " "); });

  function plain(text) { return text.toLowerCase().replace(/(\d),(?=\d{3})/g, "$1"); }

  function marked(text, words) {
    var lower = text.toLowerCase(), first = words[0], at = lower.indexOf(first);
    if (at < 0) { first = first.replace(/\B(?=(\d{3})+$)/g, ","); at = lower.indexOf(first); }
    var start = Math.max(0, at - AROUND), end = Math.min(text.length, Math.max(at, 0) + first.length + AROUND);
    var line = document.createElement("span");
    line.append(start > 0 ? "… " : "");
    if (at < 0) {
      line.append(text.slice(0, end));
    } else {
      var mark = document.createElement("mark");
      mark.textContent = text.slice(at, at + first.length);
      line.append(text.slice(start, at), mark, text.slice(at + first.length, end));
    }
    line.append(end < text.length ? " …" : "");
    return line;
  }

  function search() {
    var words = plain(input.value).split(/\s+/).filter(Boolean), asked = words.join(" ");
    hits.textContent = "";
    if (!words.length) {
      found.textContent = "Type words, a number or the id of a figure.";
      return;
    }
    var chosen = [];
    texts.forEach(function (text, place) {
      if (words.every(function (word) { return text.indexOf(word) >= 0; })) {
        var begins = words.filter(function (word) { return heads[place].indexOf(" " + word) >= 0; }).length;
        var rank = plain(PARTS[place][4].split(";")[0]) === asked ? 0 : begins === words.length ? 1 : begins ? 2 : 3;
        chosen.push([rank, place]);
      }
    });
    chosen.sort(function (a, b) { return a[0] - b[0] || a[1] - b[1]; });
    found.textContent = chosen.length === 1 ? "1 place" : chosen.length + " places" + (chosen.length > SHOWN ? ", the first " + SHOWN + " shown" : "");
    chosen.slice(0, SHOWN).forEach(function (one) {
      var part = PARTS[one[1]], item = document.createElement("li"), link = document.createElement("a");
      link.href = part[0] + ".html#" + part[1];
      link.textContent = part[2] === part[3] ? part[2] : part[3] + ": " + part[2];
      item.append(link, document.createElement("br"), marked(part[4], words));
      hits.append(item);
    });
  }

  document.getElementById("search").addEventListener("submit", function (event) { event.preventDefault(); search(); });
  input.addEventListener("input", search);
  if (location.hash.length > 1) {
    input.value = location.hash.slice(1);
    try { input.value = decodeURIComponent(input.value); } catch (error) { /* "100%" is no code and stays as it was typed */ }
  }
  search();
})();
