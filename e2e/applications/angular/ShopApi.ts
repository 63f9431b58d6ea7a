import { HttpClient } from '@angular/common/http'
import { Injectable, inject } from '@angular/core'
import { firstValueFrom, map, type Observable } from 'rxjs'
import { type Echo, echo, type Where } from '../supportFlow'

/** Without a build step of Angular's: its compiler runs in the page, and decorators are called by hand. */
class Api {
  private readonly http = inject(HttpClient)
  private session: Promise<string> | undefined

  get(flow: string, where: Where): Observable<string> {
    return this.http.get<Echo>(echo(flow, where)).pipe(map(({ url }) => url))
  }

  putIntoCart(flow: string): Observable<Echo> {
    return this.http.post<Echo>(echo(flow, 'mutation'), { flow })
  }

  save(flow: string): Observable<Echo> {
    return this.http.put<Echo>(echo(flow, 'handler'), { flow })
  }

  /** The visitor's session, loaded by the first who needs it. */
  loadSession(flow: string): Promise<string> {
    this.session ??= firstValueFrom(this.get(flow, 'handler'))
    return this.session
  }
}

Injectable({ providedIn: 'root' })(Api)

export { Api as ShopApi }
