// Tables that are filtered: rows that hold all the words, and in a column what is chosen. The address keeps no trace of it.
(function () {
  "use strict";
  Array.from(document.querySelectorAll("form.filter")).forEach(function (form) {
    var table = form.nextElementSibling.querySelector("table"), found = form.querySelector("[role=status]");
    var rows = Array.from(table.tBodies[0].rows), texts = rows.map(function (row) { return row.textContent.toLowerCase(); });
    var heads = Array.from(table.tHead.rows[0].cells, function (head) { return head.textContent; });
    var choices = Array.from(form.querySelectorAll("select"), function (select) {
      return { select: select, column: heads.indexOf(select.dataset.column) };
    });

    function filter() {
      var words = form.querySelector("input").value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
      rows.forEach(function (row, place) {
        var fits = words.every(function (word) { return texts[place].indexOf(word) >= 0; });
        fits = fits && choices.every(function (one) {
          return !one.select.value || row.cells[one.column].textContent === one.select.value;
        });
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      found.textContent = shown + " of " + rows.length + " " + found.dataset.noun;
    }

    form.hidden = false;
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("input", filter);
    filter();
  });
})();
